# What surrounds every page.
language-name = English
title = { $heading } – { $product }
title-error = Error: { $heading } – { $product }
footer-reference = Ref
footer-privacy = Privacy
footer-help = Help
footer-language = Language

# Used on many pages.
continue = Continue
cancel = Cancel
back = Back
not-you = Not you?
use-another-account = Use another account
account-chip = Account
