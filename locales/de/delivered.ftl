# Ein Code, der verschickt wurde.
delivered-sent = Wir haben einen Code an { $to } geschickt ({ $ago }). Das kann einige Minuten dauern. Der Code gilt { $duration }.
delivered-failed = Der Code konnte nicht verschickt werden. Sie können es noch einmal versuchen oder einen anderen Weg wählen, falls es einen gibt.
delivered-expired = Der Code ist abgelaufen. Fordern Sie einen neuen an.
delivered-too-soon = Gerade eben wurde ein Code verschickt. Bis zum nächsten dauert es noch { $wait }.
delivered-too-many = Es wurden zu viele Codes verschickt. Bis zum nächsten dauert es noch { $wait }.
resend = Noch einen Code schicken
resend-first = Code schicken
resend-to = Noch einen Code an { $to } schicken
resend-first-to = Code an { $to } schicken
resend-wait = Bis zum nächsten Code dauert es noch { $wait }.
resend-which = Wohin soll er gehen?

# Die Wege beim Namen.
method-mail = Code per E-Mail
method-sms = Code per SMS
method-mail-to = Code per E-Mail an { $to } schicken
method-sms-to = Code per SMS an { $to } schicken

# Was an einem solchen Code nicht stimmte.
problem-wrong-sent-code = Der eingegebene Code stimmt nicht. Sehen Sie in der neuesten Nachricht nach und versuchen Sie es noch einmal
problem-sent-code-used = Dieser Code wurde schon verwendet, fordern Sie einen neuen an
problem-sent-code-expired = Dieser Code ist abgelaufen, fordern Sie einen neuen an
