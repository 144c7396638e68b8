# What was wrong with an answer: in the summary on top and beside the field.
problem-title = There is a problem
problem-prefix = Error:
problem-enter-username = Enter your email or username
problem-username-too-long = This email or username is too long
problem-enter-password = Enter your password
problem-wrong-password = Email or password is not correct
problem-enter-code = Enter the code from your authenticator app
problem-code-format = Enter the code using only { $digits } digits
problem-wrong-code = The code you entered is not correct, check your authenticator app and try again
problem-code-used = This code was used already, wait for the next one and enter it
problem-choose-method = Choose one of the ways
problem-choose-account = Choose an account
problem-choose-decision = Choose whether to allow this
problem-too-many-tries = Too many wrong tries. Wait { $wait } and try again
