# Etwas einrichten, um zu bestätigen, wer man ist.
enrol-title-choose = Weitere Bestätigung einrichten
enrol-title-app = Authenticator-App einrichten
enrol-title-method = Einrichten: { $method }
enrol-lead-missing = { $app } verlangt eine Bestätigung, die für Ihr Konto noch nicht eingerichtet ist. Richten Sie sie jetzt ein, danach geht es dort weiter, wo Sie waren.
enrol-lead-lost = Sie haben einen Wiederherstellungscode verwendet. Richten Sie jetzt Ersatz für das ein, was Sie verloren haben.
enrol-lead-chosen = Danach werden Sie gefragt, wenn eine App sicher sein muss, dass Sie es sind.
enrol-choose-legend = Was Sie einrichten können
enrol-others = Etwas anderes einrichten
enrol-code-label = Sicherheitscode
enrol-label-label = Name (freiwillig)
enrol-label-hint = Damit Sie es später wiedererkennen, zum Beispiel „Diensthandy“.
enrol-address-label = E-Mail-Adresse
enrol-address-hint = Wir senden einen Code dorthin.
enrol-number-label = Telefonnummer
enrol-number-hint = Mit Ländervorwahl, zum Beispiel +49 30 901820. Wir senden einen Code dorthin.

# Eine Authenticator-App.
totp-setup-scan = 1. Scannen Sie dies mit Ihrer Authenticator-App
totp-setup-qr = QR-Code mit dem Schlüssel für Ihre Authenticator-App
totp-setup-open = In einer App auf diesem Gerät öffnen
totp-setup-type = Oder geben Sie diesen Schlüssel in die App ein:
totp-setup-verify = 2. Geben Sie den Code ein, den die App anzeigt

# Was falsch war.
problem-bad-label = Der Name darf höchstens 60 sichtbare Zeichen haben
problem-account-full = Ihr Konto hat so viele Bestätigungen, wie es haben darf. Entfernen Sie zuerst eine
problem-recovery-format = Geben Sie einen Ihrer Wiederherstellungscodes ein: zwölf Buchstaben und Ziffern
problem-recovery-wrong = Dieser Wiederherstellungscode ist nicht richtig, sehen Sie in Ihrer Liste nach und versuchen Sie es noch einmal
problem-recovery-used = Dieser Wiederherstellungscode wurde schon verwendet, geben Sie einen anderen aus Ihrer Liste ein
problem-not-saved = Setzen Sie das Häkchen, sobald Sie Ihre Codes gesichert haben

# Wiederherstellungscodes.
method-recovery = Wiederherstellungscode
enrol-lost = Was haben Sie nicht mehr?
enrol-lost-hint = Was Sie ankreuzen, wird mit dem Einrichten entfernt. Dann kann es niemand mehr verwenden.
recovery-title = Wiederherstellungscode eingeben
recovery-label = Wiederherstellungscode
recovery-hint = Einer der Codes, die Sie gesichert haben. Er ist danach verbraucht, und Sie richten Ersatz für das ein, was Sie verloren haben.
recovery-left = { $n ->
    [0] Sie haben keine Wiederherstellungscodes mehr.
    [one] Sie haben noch { $n } Wiederherstellungscode.
   *[other] Sie haben noch { $n } Wiederherstellungscodes.
}
recovery-codes-title = Wiederherstellungscodes sichern
recovery-codes-lead = Wenn Sie Ihr Gerät verlieren, können Sie mit einem dieser Codes ein neues einrichten. Jeder gilt einmal. Kopieren, drucken oder laden Sie sie herunter, und bewahren Sie sie nicht bei Ihrem Gerät auf.
recovery-codes-once = Sie werden nur jetzt angezeigt.
recovery-codes-download = Herunterladen
recovery-codes-saved = Ich habe diese Codes gesichert
recovery-codes-file = Wiederherstellungscodes von { $account } bei { $product }. Jeder gilt einmal.

# Eine andere Möglichkeit wählen.
another-way-resting = Ruht nach zu vielen falschen Versuchen

# Vor einer Änderung am Konto.
step-up-title-change = Bestätigen Sie, dass Sie es sind, um Ihr Konto zu ändern
step-up-reason-change = Wer ändern kann, wie Sie sich anmelden, kann Ihr Konto übernehmen. Darum fragen wir noch einmal.

problem-bad-address = Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com
problem-bad-number = Geben Sie eine Telefonnummer mit Ländervorwahl ein, zum Beispiel +49 30 901820
enrol-again = Woandershin senden
