# What happened, and what to do now.
error-bad-request-title = This sign-in request is not valid
error-bad-request-do = The app that sent you here made a mistake. Go back to it and try again. If it happens again, tell the people who run the app and give them the reference.
error-forbidden-title = This request was refused
error-forbidden-do = It did not come from one of our pages, or your browser holds back cookies. Go back to the app and start again with cookies allowed.
error-not-found-title = There is nothing at this address
error-not-found-do = Check the address, or go back to the app and start again.
error-method-title = This address is used in another way
error-method-do = Go back to the app and start again.
error-too-large-title = That was too much to send
error-too-large-do = What your browser sent is larger than we accept. Go back and try again with less.
error-conflict-title = Somebody was faster
error-conflict-do = The same was changed elsewhere at the same moment. Go back, look at it again and try once more.
error-too-many-title = Too many tries
error-too-many-do = Wait a little and try again.
error-too-many-wait = Wait { $wait } and try again.
error-internal-title = Something went wrong on our side
error-internal-do = It is not your fault and what you entered before is kept. Try again in a few minutes. If it happens again, ask for help and give the reference.
error-unavailable-title = We are busy right now
error-unavailable-do = Try again in a minute. What you entered before is kept.
error-step-done-title = You have already done this step
error-step-done-do = Nothing is lost. Go back to the app to go on.
error-expired-title = This page has expired
error-expired-do = You took longer than we can wait, or the sign-in was finished elsewhere. Go back to the app and start again.
error-return-title = { $app } wants to send you back with an error
error-return-do = The request had a mistake, so you were not signed in. Continue to { $host } only if you meant to open it.
error-unmet-title = Your account cannot do this yet
error-unmet-do = { $app } asks for a stronger check than your account has set up. Continue to go back to the app; nothing was changed.

# The reference and the part for developers.
error-reference = Reference
error-reference-hint = Give this when you ask for help.
error-developer = For developers
error-code = Error
error-rule = What to mend
error-received = Received { $name }
error-empty = (empty)
error-docs = Read more
