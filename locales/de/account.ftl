# Die Kontoseiten: ihr Rahmen.
account-yours = Ihr Konto
account-nav = Konto
account-sign-out = Abmelden
account-save = Speichern
account-overview = Übersicht
account-security = Anmeldung und Sicherheit
account-sessions = Wo Sie angemeldet sind
account-devices = Browser, mit denen Sie sich angemeldet haben
account-activity = Aktivität
account-apps = Verbundene Apps
account-tab-security = Sicherheit
account-tab-sessions = Sitzungen
account-tab-devices = Geräte
account-tab-apps = Apps
account-profile = Profil
account-from = von { $ip }
account-done-renamed = Der Name ist gespeichert.
account-not-renamed = Der Name ist nicht gespeichert: Verwenden Sie 1 bis 60 sichtbare Buchstaben und Zeichen.
account-last-one = Es bleibt: Es ist Ihr letzter Anmeldeweg. Fügen Sie erst einen anderen hinzu.
account-done-removed = Es ist entfernt; was darauf beruhte, ist beendet.
account-done-password = Ihr Passwort ist geändert. Alle anderen Browser wurden abgemeldet.
account-done-session = Dieser Browser ist abgemeldet.
account-done-others = Alle anderen Browser sind abgemeldet.
account-done-distrusted = Diesem Browser wird nicht mehr vertraut.
account-done-forgotten = Dieser Browser ist vergessen.
account-done-others-forgotten = Alle anderen Browser sind vergessen.
account-done-app = Die App ist getrennt und hat keinen Zugriff mehr.
account-done-profile = Ihr Profil ist gespeichert.
account-done-reported = Danke. Alle anderen Browser sind abgemeldet. Prüfen Sie Ihre Anmeldewege und ändern Sie Ihr Passwort, falls es jemand kennen könnte.
account-done-nothing = Das gab es schon nicht mehr. So sieht es jetzt aus.

# Übersicht.
account-reach = Was Sie nachweisen können
account-reached = Erreichbar
account-not-reached = Noch nicht
account-more = Ihr Konto pflegen
account-activity-lead = Was geschehen ist, und was Sie tun können, wenn Sie es nicht waren
account-count-authenticators = { $n ->
    [one] { $n } Weg zum Anmelden oder Bestätigen
   *[other] { $n } Wege zum Anmelden oder Bestätigen
}
account-count-sessions = { $n } Browser
account-count-apps = { $n ->
    [one] { $n } App
   *[other] { $n } Apps
}
acr-basic = Ein Nachweis
acr-mfa = Zwei Arten von Nachweis
acr-phr = Ein Nachweis, den keine nachgemachte Seite nutzen kann
acr-phrh = Ein Nachweis, den keine nachgemachte Seite nutzen kann, mit einem Schlüssel, der sein Gerät nicht verlässt

# Anmeldung und Sicherheit.
security-mine = Ihre Wege zum Anmelden und Bestätigen
security-phishing-resistant = Phishing-sicher
security-device-bound = Auf einem Gerät
security-synced = Synchronisiert
security-added = Hinzugefügt { $when }
security-used = zuletzt verwendet { $when }
security-never-used = nie verwendet
security-codes-left = Noch { $n } von { $of } übrig
security-locked = Ruht nach falschen Versuchen noch { $wait }
security-locked-for-good = Bleibt nach falschen Versuchen gesperrt. Bitten Sie die Administration, es zu ersetzen
security-rename = Umbenennen
security-name = Name
security-change = Ändern
security-remove = Entfernen
security-add = Weiteren Weg hinzufügen
security-add-lead = Bevor etwas hinzugefügt wird, bestätigen Sie, dass Sie es sind.
security-recovery = Wiederherstellungscodes
security-recovery-lead = Zehn Codes für den Tag, an dem Sie alles andere verlieren. Neue Codes ersetzen die alten.
security-recovery-new = Neue Wiederherstellungscodes erhalten
remove-title = Diesen Anmeldeweg entfernen?
remove-effect = Er funktioniert sofort nicht mehr. Was damit bestätigt wurde, endet ebenfalls: Apps bitten Sie vielleicht, sich neu anzumelden.

# Passwort.
new-password-title = Wählen Sie ein neues Passwort
new-password-lead = Alle anderen Browser werden abgemeldet.
new-password-label = Neues Passwort
new-password-hint = Mindestens { $n } Zeichen. Einige Wörter hintereinander sind leicht zu merken.
new-password-too-short = Verwenden Sie mindestens { $n } Zeichen; einige Wörter hintereinander sind leicht zu merken
new-password-too-long = Dieses Passwort ist zu lang
new-password-common = Dies ist eines der meistverwendeten Passwörter; wählen Sie ein eigenes
new-password-own-name = Dies ist zu leicht zu erraten; lassen Sie Ihren Namen und den Namen des Dienstes weg
new-password-more-words = Dies ist zu leicht zu erraten; fügen Sie ein oder zwei Wörter hinzu, die nicht zusammengehören

# Sitzungen.
sessions-browser-on = { $browser } auf { $os }
sessions-browser = { $browser }
sessions-unknown = Ein unbekannter Browser
sessions-this = Dieser Browser
sessions-times = Angemeldet { $began }, zuletzt verwendet { $used }
sessions-apps = Apps:
sessions-acrs = Jetzt nachgewiesen:
sessions-end = Dort abmelden
sessions-end-others = Überall sonst abmelden

# Geräte.
devices-lead = Diese Browser erkennen wir wieder, wenn Sie sich anmelden. Ein vertrauter erspart Ihnen den zweiten Schritt, wo nicht mehr verlangt wird.
devices-none = Kein Browser wird wiedererkannt.
devices-trusted = Vertraut
devices-times = Zuerst gesehen { $first }, zuletzt angemeldet { $last }
devices-trusted-for = Vertraut für weitere { $duration }
devices-distrust = Nicht mehr vertrauen
devices-forget = Vergessen
devices-forget-others = Alle anderen vergessen
devices-effect = Ein vergessener Browser ist uns neu, wenn Sie sich wieder mit ihm anmelden. Abmelden können Sie ihn unter Sitzungen.

# Aktivität.
activity-nothing = Noch ist nichts geschehen.
activity-not-me = Das war ich nicht
activity-older = Älteres
activity-signed-in = { $has_app ->
    [0] Angemeldet
   *[other] Angemeldet für { $app }
}
activity-sign-in-failed = { $has_method ->
    [0] Eine Anmeldung ist fehlgeschlagen
   *[other] Eine Anmeldung ist fehlgeschlagen: { $method } war falsch
}
activity-confirmed = { $has_app ->
    [0] { $has_method ->
        [0] Bestätigt, dass Sie es sind
       *[other] Bestätigt mit { $method }
    }
   *[other] { $has_method ->
        [0] Für { $app } bestätigt, dass Sie es sind
       *[other] Für { $app } bestätigt mit { $method }
    }
}
activity-confirm-failed = { $has_app ->
    [0] Eine Bestätigung ist fehlgeschlagen: { $method } war falsch
   *[other] Eine Bestätigung für { $app } ist fehlgeschlagen: { $method } war falsch
}
activity-locked = { $has_method ->
    [0] Zu viele falsche Versuche
   *[other] Zu viele falsche Versuche: { $method } ruht
}
activity-factor-added = Hinzugefügt: { $method }
activity-factor-removed = Entfernt: { $method }
activity-password-changed = Passwort geändert
activity-app-allowed = { $app } zugelassen
activity-app-revoked = { $app } getrennt
activity-signed-out = Abgemeldet
activity-device-trusted = Einem Browser vertraut
activity-device-forgotten = Einen Browser vergessen
activity-device-suspected = Ein Browser wurde vergessen: Jemand hat vielleicht kopiert, woran wir ihn erkennen
activity-recovery-used = Ein Wiederherstellungscode wurde verwendet
activity-factor-suspected = { $has_method ->
    [0] Eine Kopie eines Ihrer Anmeldewege wurde vielleicht verwendet
   *[other] Vielleicht wurde eine Kopie verwendet: { $method }
}
activity-recovery-requested = Jemand wollte das Passwort neu setzen
activity-link-used = Ein einmaliger Link wurde verwendet
activity-profile-changed = Profil geändert
activity-account-locked = Das Konto wurde von der Verwaltung gesperrt
activity-account-unlocked = Das Konto wurde von der Verwaltung wieder geöffnet
activity-device-distrusted = Einem Browser wird nicht mehr vertraut

# Apps.
apps-none = Keine App ist verbunden.
apps-since = Seit { $when }
apps-last = zuletzt zugelassen { $when }
apps-remove = Trennen
apps-effect = Beim Trennen endet der Zugriff der App sofort. Wenn Sie die App wieder verwenden, fragt sie erneut.

# Profil.
profile-told = Was Apps erfahren
profile-lead = Apps, denen Sie Ihr Profil zeigen, erfahren dies.
profile-fixed = Von den Betreibern dieses Dienstes festgelegt
profile-username = Name zum Anmelden
profile-name = Vollständiger Name
profile-given-name = Vorname
profile-family-name = Nachname
profile-nickname = Spitzname
profile-email = E-Mail
profile-phone = Telefon
profile-verified = Bestätigt
profile-too-long = Verwenden Sie höchstens 120 Zeichen
profile-not-plain = Verwenden Sie sichtbare Buchstaben und Zeichen
