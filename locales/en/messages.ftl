# What is sent to people by mail and text message.
message-sender = Sent by { $product }

# A code to go on with.
message-code-subject = Your code for { $app }
message-code-lead = Enter this code to continue to { $app }:
message-code-lead-action = Enter this code to { $action } with { $app }:
message-code-valid = It can be used once, within { $duration }, on the page that asked for it.
message-code-beware = Nobody from { $product } will ever ask you for it. If you did not ask for a code, someone may know your password: change it.
message-code-short = { $code } is your { $product } code for { $app }. Never share it.
message-code-short-action = { $code } is your { $product } code to { $action } with { $app }. Never share it.

# A code that shows that an address or a number is one’s own.
message-address-subject = Confirm this address for { $product }
message-address-lead = Enter this code to use this address with your { $product } account:
message-address-beware = If you did not ask for this, ignore it: nothing is set up without the code.
message-address-short = { $code } confirms this number for { $product }. Never share it.

# Links.
message-link-valid = The link works once, within { $duration }.
message-confirm-subject = Confirm your address for { $product }
message-confirm-lead = Open this link to confirm that this address is yours and go on with { $product }:
message-confirm-beware = If you did not ask for this, ignore it.
message-reset-subject = Set a new password for { $product }
message-reset-lead = Open this link to set a new password for { $product }:
message-reset-beware = If you did not ask for this, ignore it: your password stays as it is.
message-invite-subject = Your account at { $product }
message-invite-lead = An account at { $product } was made for you. Open this link to set it up:
message-invite-beware = If you did not expect this, ignore it.

# Something that happened to the account.
message-notice-subject = Something changed in your { $product } account
message-factor-added = A way to confirm it’s you was added: { $method }.
message-factor-replaced = A way to confirm it’s you was replaced by a new one: { $method }.
message-factor-removed = A way to confirm it’s you was removed: { $method }.
message-factor-locked = There were too many wrong tries, so this way to confirm it’s you rests for a while: { $method }.
message-factor-suspected = One of your ways to confirm it’s you answered as a copy of it would, so somebody may have copied it: { $method }. If you cannot explain this, remove it and set up another one.
message-password-changed = Your password was changed.
message-new-device = A browser that we have not seen before signed in to your account.
message-device-suspected = What we recognise one of your browsers by was used twice, so somebody may have copied it. We trust and recognise that browser no longer.
message-recovery-used = { $n ->
    [one] A recovery code was used. { $n } is left.
   *[other] A recovery code was used. { $n } are left.
}
message-notice-account = Account: { $account }
message-notice-time = Time: { $time }
message-notice-browser = Browser: { $browser } on { $system }
message-notice-ip = Address: { $ip }
message-notice-beware = If you did this or asked for it, there is nothing to do. If not, go here at once, change your password and remove what you do not know:
