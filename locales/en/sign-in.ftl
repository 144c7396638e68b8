# Who is signing in.
identifier-title = Sign in
identifier-continue-to = Continue to { $app }
identifier-label = Email or username
# Labels of fields that only password managers fill.
manager-password = Password
manager-code = Security code
manager-username = Username

# Password.
password-title = Enter your password
password-label = Password
password-show = Show
password-show-full = Show password
password-now-shown = Your password is shown
password-now-hidden = Your password is hidden

# Code from an authenticator app.
code-title = Enter a security code
code-label = { $digits }-digit code
code-hint = Open your authenticator app for { $product }
code-hint-named = Enter the code that { $label } shows for { $product }
code-which = Which authenticator do you use?
code-wrong-since = { $n ->
    [one] { $n } wrong code was entered since your last sign-in. If that was not you, someone may know your password.
   *[other] { $n } wrong codes were entered since your last sign-in. If that was not you, someone may know your password.
}

# Trusting the browser, beside a second factor.
trust-browser = Trust this browser for { $duration }
trust-browser-hint = Only on a device of your own. You can take it back in your account.

# Either.
step-continue-to = Continue to { $app }
try-another-way = Try another way
only-these = Not every one you have set up is enough for this action. { $n ->
    [one] Use this one:
   *[other] Use one of these:
}
locked-title = Too many wrong tries
locked-wait = For your safety, wait { $wait } and try again.
locked-for-good = For your safety, this authenticator stays locked. Ask an administrator to replace it.
locked-again = Try again

# Methods by name.
method-password = Password
method-totp = Authenticator code
method-other = { $label }

# Choosing another method.
another-way-title = Choose another way
another-way-lead = Pick how you want to confirm it’s you.
another-way-legend = Ways to confirm it’s you
another-way-not-enough = Not enough for this action
another-way-none = There is no other way set up for your account that would do here.

# Choosing an account.
account-title = Choose an account
account-continue-to = Continue to { $app } ({ $host })
