# Setting something up to confirm who one is.
enrol-title-choose = Set up another way to confirm it’s you
enrol-title-app = Set up an authenticator app
enrol-title-method = Set up: { $method }
enrol-lead-missing = { $app } asks for a check that your account does not have yet. Set it up now, then you go on where you were.
enrol-lead-lost = You used a recovery code. Set up a new way to confirm it’s you, in place of the one you lost.
enrol-lead-chosen = You will be asked for it when an app needs to be sure that it’s you.
enrol-choose-legend = Ways that you can set up
enrol-others = Set up something else
enrol-code-label = Security code
enrol-label-label = Name (optional)
enrol-label-hint = So that you recognise it later, for example “Work phone”.
enrol-address-label = Email address
enrol-address-hint = We send a code there.
enrol-number-label = Phone number
enrol-number-hint = With the country code, for example +44 20 7946 0000. We send a code there.

# An authenticator app.
totp-setup-scan = 1. Scan this with your authenticator app
totp-setup-qr = QR code that holds the key for your authenticator app
totp-setup-open = Open it in an app on this device
totp-setup-type = Or type this key into the app:
totp-setup-verify = 2. Enter the code that the app shows

# What was wrong.
problem-bad-label = Use at most 60 letters, digits and signs that can be seen for the name
problem-account-full = Your account has as many authenticators as it may have. Remove one first
problem-recovery-format = Enter one of your recovery codes: twelve letters and digits
problem-recovery-wrong = This recovery code is not correct, check your list and try again
problem-recovery-used = This recovery code was used already, enter another one of your list
problem-not-saved = Tick the box once you have saved your codes

# Recovery codes.
method-recovery = Recovery code
enrol-lost = What do you not have any more?
enrol-lost-hint = What you tick is removed when this is set up. Nobody can use it then.
recovery-title = Enter a recovery code
recovery-label = Recovery code
recovery-hint = One of the codes that you saved. It is used up, and then you set up something new in place of what you lost.
recovery-left = { $n ->
    [0] You have no recovery codes left.
    [one] You have { $n } recovery code left.
   *[other] You have { $n } recovery codes left.
}
recovery-codes-title = Save your recovery codes
recovery-codes-lead = If you lose your device, one of these codes lets you set up a new one. Each works once. Copy, print or download them, and keep them away from your device.
recovery-codes-once = They are shown only now.
recovery-codes-download = Download
recovery-codes-saved = I have saved these codes
recovery-codes-file = Recovery codes of { $account } at { $product }. Each works once.

# Choosing another way.
another-way-resting = Rests after too many wrong tries

# Before a change of the account.
step-up-title-change = Confirm it’s you to change your account
step-up-reason-change = Whoever can change how you sign in can take your account over. So we ask once more.

problem-bad-address = Enter an email address, for example name@example.com
problem-bad-number = Enter a phone number with its country code, for example +44 20 7946 0000
enrol-again = Send it somewhere else
