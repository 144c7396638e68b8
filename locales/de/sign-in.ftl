# Wer sich anmeldet.
identifier-title = Anmelden
identifier-continue-to = Weiter zu { $app }
identifier-label = E-Mail-Adresse oder Benutzername
# Beschriftungen von Feldern, die nur Passwortmanager ausfüllen.
manager-password = Passwort
manager-code = Bestätigungscode
manager-username = Benutzername

# Passwort.
password-title = Passwort eingeben
password-label = Passwort
password-show = Anzeigen
password-show-full = Passwort anzeigen
password-now-shown = Ihr Passwort ist sichtbar
password-now-hidden = Ihr Passwort ist verborgen

# Code aus einer Authenticator-App.
code-title = Bestätigungscode eingeben
code-label = { $digits }-stelliger Code
code-hint = Öffnen Sie in Ihrer Authenticator-App den Eintrag für { $product }
code-hint-named = Geben Sie den Code ein, den { $label } für { $product } anzeigt
code-which = Welche Authenticator-App verwenden Sie?
code-wrong-since = { $n ->
    [one] Seit Ihrer letzten Anmeldung wurde { $n } falscher Code eingegeben. Wenn Sie das nicht waren, kennt vielleicht jemand Ihr Passwort.
   *[other] Seit Ihrer letzten Anmeldung wurden { $n } falsche Codes eingegeben. Wenn Sie das nicht waren, kennt vielleicht jemand Ihr Passwort.
}

# Dem Browser vertrauen, neben einem zweiten Faktor.
trust-browser = Diesem Browser für { $duration } vertrauen
trust-browser-hint = Nur auf einem eigenen Gerät. In Ihrem Konto können Sie es zurücknehmen.

# Beides.
step-continue-to = Weiter zu { $app }
try-another-way = Andere Methode verwenden
only-these = Nicht alles, was Sie dafür eingerichtet haben, reicht für diesen Vorgang aus. { $n ->
    [one] Verwenden Sie dies:
   *[other] Verwenden Sie eines davon:
}
locked-title = Zu viele falsche Versuche
locked-wait = Warten Sie zu Ihrer Sicherheit { $wait } und versuchen Sie es dann noch einmal.
locked-for-good = Zu Ihrer Sicherheit bleibt diese Authenticator-App gesperrt. Bitten Sie die Administration, sie zu ersetzen.
locked-again = Noch einmal versuchen

# Methoden mit Namen.
method-password = Passwort
method-totp = Code aus der Authenticator-App
method-other = { $label }

# Eine andere Methode wählen.
another-way-title = Andere Methode wählen
another-way-lead = Wählen Sie, wie Sie bestätigen möchten, dass Sie es sind.
another-way-legend = Methoden, mit denen Sie bestätigen, dass Sie es sind
another-way-not-enough = Reicht für diesen Vorgang nicht aus
another-way-none = Für Ihr Konto ist keine andere Methode eingerichtet, die hier ausreichen würde.

# Ein Konto wählen.
account-title = Konto wählen
account-continue-to = Weiter zu { $app } ({ $host })
