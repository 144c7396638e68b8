# Links: einen anfordern und damit ein Passwort wählen.
forgot-title = Passwort vergessen?
forgot-lead = Sagen Sie uns, wer Sie sind, und wir senden Ihnen einen Link, um ein neues zu wählen.
register-title = Konto anlegen
register-lead = Wir senden einen Link an Ihre Adresse. Damit wählen Sie ein Passwort.
register-label = E-Mail-Adresse
register-not-address = Geben Sie eine E-Mail-Adresse ein, etwa name@example.com
link-send = Link senden
link-sent-title = Sehen Sie in Ihre E-Mails
link-sent-forgot = Wenn wir Sie unter diesem Namen kennen und eine bestätigte Adresse von Ihnen haben, ist ein Link unterwegs. Er gilt { $duration }. Kehren Sie danach zur App zurück.
link-sent-register = Ein Link ist an diese Adresse unterwegs. Er gilt { $duration }.
link-over-title = Dieser Link gilt nicht mehr
link-over = Er wurde schon verwendet, durch einen neueren ersetzt oder ist zu alt.
link-over-again = Neuen Link senden
follow-set-up = Wählen Sie ein Passwort
password-set-title = Ihr Passwort ist gesetzt
password-set = Melden Sie sich damit als { $username } an. Wenn Sie einen weiteren Weg zur Bestätigung eingerichtet haben, werden Sie auch danach gefragt.
password-set-on = Anmelden
