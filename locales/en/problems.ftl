# What was wrong with an answer: in the summary on top and beside the field.
problem-title = There is a problem
problem-prefix = Error:
problem-enter-username = Enter your email or username
problem-wrong-password = Email or password is not correct
problem-code-format = Enter the code using only { $digits } digits
problem-wrong-code = The code you entered is not correct, check your authenticator app and try again
problem-code-used = This code was used already, wait for the next one and enter it
problem-choose-method = Choose one of the ways
problem-too-many-tries = Too many wrong tries. Wait { $wait } and try again
problem-locked-for-good = Too many wrong tries. For your safety it stays locked, ask an administrator to replace it
problem-try-again = This could not be taken just now. Try again
problem-address-known = This address is set up already, enter another one
problem-number-known = This number is set up already, enter another one
