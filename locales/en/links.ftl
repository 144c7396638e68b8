# Links: asking for one, and choosing a password by one.
forgot-title = Forgotten your password?
forgot-lead = Tell us who you are, and we send you a link to choose a new one.
register-title = Create an account
register-lead = We send a link to your address. By that link you choose a password.
register-label = Email
register-not-address = Enter an email address, like name@example.com
link-send = Send the link
link-sent-title = Look into your mail
link-sent-forgot = If we know you by that name and have a verified address of yours, a link is on its way. It is good for { $duration }. Then come back to the app.
link-sent-register = A link is on its way to that address. It is good for { $duration }.
link-over-title = This link can no longer be used
link-over = It was used already, replaced by a newer one, or is too old.
link-over-again = Send a new link
follow-set-up = Choose a password
password-set-title = Your password is set
password-set = Sign in as { $username } with it. If you have set up another way to confirm it’s you, you will be asked for that too.
password-set-on = Sign in
