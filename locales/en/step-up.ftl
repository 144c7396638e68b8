# More is asked of someone who is signed in.
step-up-title = Confirm it’s you to { $action }
step-up-title-code = Enter a security code to continue
step-up-title-password = Enter your password to continue
step-up-reason-level = { $app } asks for one more check for this action.
step-up-reason-age = Your last check was too long ago. { $app } asks you to confirm it’s you.
step-up-reason-again = { $app } asks you to confirm it’s you again.
step-up-requested-by = Requested by
step-up-confirm = Confirm
step-up-valid-for = Valid for { $duration }

# The list of proofs.
steps-label = Your progress
steps-done = done
steps-now = needed now
steps-later = later
