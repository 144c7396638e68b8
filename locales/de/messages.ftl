# Was per Mail und SMS verschickt wird.
message-sender = Gesendet von { $product }

# Ein Code, um weiterzumachen.
message-code-subject = Ihr Code für { $app }
message-code-lead = Geben Sie diesen Code ein, um mit { $app } fortzufahren:
message-code-lead-action = Geben Sie diesen Code bei { $app } ein ({ $action }):
message-code-valid = Er gilt { $duration } lang und einmal, auf der Seite, die danach gefragt hat.
message-code-beware = Niemand von { $product } wird Sie je danach fragen. Wenn Sie keinen Code angefordert haben, kennt vielleicht jemand Ihr Passwort: Ändern Sie es.
message-code-short = { $code } ist Ihr { $product }-Code für { $app }. Geben Sie ihn nie weiter.
message-code-short-action = { $code } ist Ihr { $product }-Code für { $app } ({ $action }). Geben Sie ihn nie weiter.

# Ein Code, der zeigt, dass eine Adresse oder Nummer die eigene ist.
message-address-subject = Bestätigen Sie diese Adresse für { $product }
message-address-lead = Geben Sie diesen Code ein, um diese Adresse mit Ihrem Konto bei { $product } zu verwenden:
message-address-beware = Wenn Sie das nicht angefordert haben, ignorieren Sie es: Ohne den Code wird nichts eingerichtet.
message-address-short = { $code } bestätigt diese Nummer für { $product }. Geben Sie ihn nie weiter.

# Links.
message-link-valid = Der Link gilt { $duration } lang und einmal.
message-confirm-subject = Bestätigen Sie Ihre Adresse für { $product }
message-confirm-lead = Öffnen Sie diesen Link, um zu bestätigen, dass diese Adresse Ihnen gehört, und bei { $product } weiterzumachen:
message-confirm-beware = Wenn Sie das nicht angefordert haben, ignorieren Sie es.
message-reset-subject = Neues Passwort für { $product }
message-reset-lead = Öffnen Sie diesen Link, um ein neues Passwort für { $product } zu setzen:
message-reset-beware = Wenn Sie das nicht angefordert haben, ignorieren Sie es: Ihr Passwort bleibt, wie es ist.
message-invite-subject = Ihr Konto bei { $product }
message-invite-lead = Für Sie wurde ein Konto bei { $product } angelegt. Öffnen Sie diesen Link, um es einzurichten:
message-invite-beware = Wenn Sie das nicht erwartet haben, ignorieren Sie es.

# Etwas ist mit dem Konto geschehen.
message-notice-subject = Änderung in Ihrem Konto bei { $product }
message-factor-added = Ein Weg, sich auszuweisen, kam hinzu: { $method }.
message-factor-replaced = Ein Weg, sich auszuweisen, wurde durch einen neuen ersetzt: { $method }.
message-factor-removed = Ein Weg, sich auszuweisen, wurde entfernt: { $method }.
message-factor-locked = Es gab zu viele falsche Versuche. Dieser Weg, sich auszuweisen, ruht deshalb eine Weile: { $method }.
message-factor-suspected = Einer Ihrer Wege, sich auszuweisen, hat so geantwortet, wie es eine Kopie täte; vielleicht hat ihn jemand kopiert: { $method }. Wenn Sie sich das nicht erklären können, entfernen Sie ihn und richten Sie einen anderen ein.
message-password-changed = Ihr Passwort wurde geändert.
message-new-device = Ein Browser, den wir noch nicht kannten, hat sich bei Ihrem Konto angemeldet.
message-device-suspected = Woran wir einen Ihrer Browser erkennen, wurde zweimal verwendet; vielleicht hat es jemand kopiert. Wir erkennen diesen Browser nicht mehr und vertrauen ihm nicht mehr.
message-recovery-used = { $n ->
    [one] Ein Wiederherstellungscode wurde verwendet. Es bleibt { $n }.
   *[other] Ein Wiederherstellungscode wurde verwendet. Es bleiben { $n }.
}
message-notice-account = Konto: { $account }
message-notice-time = Zeit: { $time }
message-notice-browser = Browser: { $browser } unter { $system }
message-notice-ip = Adresse: { $ip }
message-notice-beware = Wenn Sie das waren oder darum gebeten haben, ist nichts zu tun. Wenn nicht, gehen Sie sofort hierhin, ändern Sie Ihr Passwort und entfernen Sie, was Sie nicht kennen:
