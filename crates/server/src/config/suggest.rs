//! "Did you mean …?": the nearest of the known names, if one is near enough to be a slip.

/// The candidate with the fewest slips from `given`, when they are at most a third of its length.
pub(crate) fn nearest<'a>(
    given: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let given = lower(given);
    let allowed = (given.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(&given, &lower(candidate)), candidate))
        .filter(|(slips, _)| *slips <= allowed)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?`, or nothing.
pub(crate) fn hint<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, candidates).map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Slips; a name that was cut short or written on counts as one.
fn distance(a: &[char], b: &[char]) -> usize {
    let cut = a.len().min(b.len()) >= 3 && (a.starts_with(b) || b.starts_with(a));
    if cut {
        usize::from(a != b)
    } else {
        slips(a, b)
    }
}

/// Insertions, deletions, replacements and swapped neighbours that turn `a` into `b`.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_finds_the_name_that_was_meant() {
        let names = ["issuer", "listen", "ops_listen", "lifetimes.access_token"];
        assert_eq!(nearest("isuer", names), Some("issuer"));
        assert_eq!(nearest("lisetn", names), Some("listen"));
        assert_eq!(nearest("issu", names), Some("issuer"));
        assert_eq!(
            nearest("Lifetimes.acces_token", names),
            Some("lifetimes.access_token")
        );
    }

    #[test]
    fn a_name_that_is_near_nothing_gets_no_suggestion() {
        assert_eq!(nearest("colour", ["issuer", "listen"]), None);
        assert_eq!(nearest("", ["a"]), Some("a"), "one letter is one slip");
    }
}
