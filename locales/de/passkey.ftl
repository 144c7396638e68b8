# Anmelden und Bestätigen mit einem Passkey.
passkey-title = Mit Gesicht, Fingerabdruck oder Gerätecode anmelden
passkey-body = Verwenden Sie Ihren Passkey: Ihr Gerät fragt nach Ihrem Gesicht, Ihrem Fingerabdruck oder seinem Code.
passkey-start = Passkey verwenden
passkey-sign-in = Mit einem Passkey anmelden
step-up-title-passkey = Mit Gesicht, Fingerabdruck oder Gerätecode fortfahren

# Sicherheitsschlüssel werden nur berührt.
security-key-title = Sicherheitsschlüssel verwenden
security-key-body = Stecken Sie Ihren Sicherheitsschlüssel ein oder halten Sie ihn nahe daran, und berühren Sie ihn, wenn Ihr Browser darum bittet.
security-key-start = Sicherheitsschlüssel verwenden
step-up-title-security-key = Mit Ihrem Sicherheitsschlüssel fortfahren

# Was daraus wurde, unter der Schaltfläche gesagt.
passkey-working = Folgen Sie den Anweisungen Ihres Browsers.
passkey-cancelled = Es wurde nichts bestätigt. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-timeout = Das hat zu lange gedauert. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-unsupported = Dieser Browser oder dieses Gerät kann hier keine Passkeys verwenden. Wählen Sie einen anderen Weg.
passkey-no-pin = Dieser Sicherheitsschlüssel hat noch keine PIN. Legen Sie in den Einstellungen Ihres Browsers oder Geräts eine fest und versuchen Sie es dann noch einmal.
passkey-known = Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.
passkey-failed = Ihr Browser konnte den Vorgang nicht abschließen. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-no-script = Passkeys brauchen JavaScript, das in diesem Browser nicht läuft. Wählen Sie einen anderen Weg, oder erlauben Sie es und laden Sie diese Seite neu.

# Was daran falsch war.
problem-passkey-refused = Dieser Passkey oder Sicherheitsschlüssel konnte hier nicht verwendet werden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg
problem-passkey-unknown = Dieser Passkey ist hier nicht bekannt. Wählen Sie einen anderen oder melden Sie sich auf einem anderen Weg an
problem-passkey-taken = Dieser Passkey oder Sicherheitsschlüssel ist schon eingerichtet, für dieses oder ein anderes Konto. Nehmen Sie einen anderen oder legen Sie auf diesem Gerät einen neuen Passkey an
problem-passkey-expired = Das hat zu lange gedauert. Versuchen Sie es noch einmal

# Die Wege mit Namen, und wie man von einem zum anderen kommt.
method-passkey = Passkey
method-security-key = Sicherheitsschlüssel
instead-recovery = Stattdessen Wiederherstellungscode verwenden
instead-mail = Stattdessen Code per E-Mail erhalten
instead-sms = Stattdessen Code per SMS erhalten
instead-passkey = Stattdessen einen Passkey verwenden
instead-security-key = Stattdessen einen Sicherheitsschlüssel verwenden
instead-password = Stattdessen Ihr Passwort verwenden
instead-totp = Stattdessen einen Code aus der Authenticator-App verwenden
instead-other = Stattdessen dies verwenden: { $label }

# Einrichten.
passkey-setup-title = Passkey erstellen
passkey-setup-body = Danach können Sie sich mit Ihrem Gesicht, Ihrem Fingerabdruck oder dem Code Ihres Geräts anmelden. Nichts davon verlässt Ihr Gerät.
passkey-setup-start = Passkey erstellen
security-key-setup-title = Sicherheitsschlüssel hinzufügen
security-key-setup-body = Stecken Sie Ihren Sicherheitsschlüssel ein oder halten Sie ihn nahe daran. Sie berühren ihn jetzt und jedes Mal, wenn danach gefragt wird.
security-key-setup-start = Diesen Sicherheitsschlüssel hinzufügen
