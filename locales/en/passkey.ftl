# Signing in with a passkey, and confirming with one.
passkey-title = Sign in with your face, fingerprint or passcode
passkey-body = Use your passkey: your device asks for your face, your fingerprint or its passcode.
passkey-start = Use a passkey
passkey-sign-in = Sign in with a passkey
step-up-title-passkey = Use your face, fingerprint or passcode to continue

# Security keys are only touched.
security-key-title = Use your security key
security-key-body = Plug in your security key or hold it near, and touch it when your browser asks.
security-key-start = Use your security key
step-up-title-security-key = Use your security key to continue

# What becomes of it, said below the button.
passkey-working = Follow what your browser asks.
passkey-cancelled = Nothing was confirmed. Try again, or choose another way.
passkey-timeout = That took too long. Try again, or choose another way.
passkey-unsupported = This browser or device cannot use passkeys here. Choose another way.
passkey-no-pin = This security key has no PIN yet. Set one in the settings of your browser or device, then try again.
passkey-known = There is a passkey for your account on this device already.
passkey-failed = Your browser could not finish. Try again, or choose another way.
passkey-no-script = Passkeys need JavaScript, which does not run in this browser. Choose another way, or allow it and load this page again.

# What was wrong with it.
problem-passkey-refused = This passkey or security key could not be used here. Try again, or choose another way
problem-passkey-unknown = This passkey is not known here. Choose another one, or sign in another way
problem-passkey-taken = This passkey or security key is set up already, for this account or another. Use another one, or make a new passkey on this device
problem-passkey-expired = That took too long. Try again

# Methods by name, and the way to each from another.
method-passkey = Passkey
method-security-key = Security key
instead-recovery = Use a recovery code instead
instead-mail = Get a code by mail instead
instead-sms = Get a code by text message instead
instead-passkey = Use a passkey instead
instead-security-key = Use a security key instead
instead-password = Use your password instead
instead-totp = Use an authenticator code instead
instead-other = Use this instead: { $label }

# Setting one up.
passkey-setup-title = Create a passkey
passkey-setup-body = You can then sign in with your face, your fingerprint or your device’s passcode. None of them leaves your device.
passkey-setup-start = Create a passkey
security-key-setup-title = Add a security key
security-key-setup-body = Plug in your security key or hold it near. You touch it now, and each time you are asked for it.
security-key-setup-start = Add this security key
