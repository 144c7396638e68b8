# Was an einer Eingabe nicht stimmte: oben in der Zusammenfassung und neben dem Feld.
problem-title = Es gibt ein Problem
problem-prefix = Fehler:
problem-enter-username = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein
problem-wrong-password = E-Mail-Adresse oder Passwort ist nicht richtig
problem-code-format = Geben Sie den Code nur mit { $digits } Ziffern ein
problem-wrong-code = Der eingegebene Code ist nicht richtig. Sehen Sie in Ihrer Authenticator-App nach und versuchen Sie es noch einmal
problem-code-used = Dieser Code wurde schon verwendet. Warten Sie auf den nächsten und geben Sie ihn ein
problem-choose-method = Wählen Sie eine der Methoden
problem-too-many-tries = Zu viele falsche Versuche. Warten Sie { $wait } und versuchen Sie es dann noch einmal
problem-locked-for-good = Zu viele falsche Versuche. Zu Ihrer Sicherheit bleibt es gesperrt, bitten Sie die Administration, es zu ersetzen
problem-try-again = Das konnte gerade nicht angenommen werden. Versuchen Sie es noch einmal
problem-address-known = Diese Adresse ist schon eingerichtet, geben Sie eine andere ein
problem-number-known = Diese Nummer ist schon eingerichtet, geben Sie eine andere ein
