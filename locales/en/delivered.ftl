# A code that was sent.
delivered-sent = We sent a code to { $to } ({ $ago }). It can take a few minutes. The code expires in { $duration }.
delivered-failed = The code could not be sent. You can try again, or choose another way if there is one.
delivered-expired = The code has expired. Ask for another one.
delivered-too-soon = A code was sent a moment ago. Another one can be sent in { $wait }.
delivered-too-many = Too many codes were sent. Another one can be sent in { $wait }.
resend = Send another code
resend-first = Send a code
resend-to = Send another code to { $to }
resend-first-to = Send a code to { $to }
resend-wait = Another code can be sent in { $wait }.
resend-which = Where should it go?

# The methods by name.
method-mail = Code by email
method-sms = Code by text message
method-mail-to = Mail a code to { $to }
method-sms-to = Text a code to { $to }

# What was wrong with such a code.
problem-wrong-sent-code = The code you entered is not correct, look at the newest message and try again
problem-sent-code-used = This code was used already, ask for another one
problem-sent-code-expired = This code has expired, ask for another one
