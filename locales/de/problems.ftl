# Was an einer Eingabe nicht stimmte: oben in der Zusammenfassung und neben dem Feld.
problem-title = Es gibt ein Problem
problem-prefix = Fehler:
problem-enter-username = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein
problem-username-too-long = Diese E-Mail-Adresse oder dieser Benutzername ist zu lang
problem-enter-password = Geben Sie Ihr Passwort ein
problem-wrong-password = E-Mail-Adresse oder Passwort ist nicht richtig
problem-enter-code = Geben Sie den Code aus Ihrer Authenticator-App ein
problem-code-format = Geben Sie den Code nur mit { $digits } Ziffern ein
problem-wrong-code = Der eingegebene Code ist nicht richtig. Sehen Sie in Ihrer Authenticator-App nach und versuchen Sie es noch einmal
problem-code-used = Dieser Code wurde schon verwendet. Warten Sie auf den nächsten und geben Sie ihn ein
problem-choose-method = Wählen Sie eine der Methoden
problem-choose-account = Wählen Sie ein Konto
problem-choose-decision = Entscheiden Sie, ob Sie das erlauben
problem-too-many-tries = Zu viele falsche Versuche. Warten Sie { $wait } und versuchen Sie es dann noch einmal
