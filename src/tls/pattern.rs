//! Names with `*`, as `addContext` takes them.

/// Whether `name` fits `pattern`, in which each `*` stands for any part of one label.
pub fn fits(pattern: &str, name: &str) -> bool {
    let mut labels = name.split('.');
    let fits = pattern.split('.').all(|wanted| {
        labels
            .next()
            .is_some_and(|label| label_fits(wanted.as_bytes(), label.as_bytes()))
    });
    fits && labels.next().is_none()
}

/// The same for one label: the last `*` gives way when what follows it does not fit.
fn label_fits(pattern: &[u8], label: &[u8]) -> bool {
    let (mut p, mut l) = (0, 0);
    let mut last_star = None;
    while l < label.len() {
        match pattern.get(p) {
            Some(b'*') => {
                last_star = Some((p, l));
                p += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&label[l]) => {
                p += 1;
                l += 1;
            }
            _ => match last_star {
                Some((star, taken)) => {
                    last_star = Some((star, taken + 1));
                    p = star + 1;
                    l = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_part_of_one_label() {
        for (pattern, name, wanted) in [
            ("a.test", "a.test", true),
            ("a.test", "A.Test", true),
            ("a.test", "b.test", false),
            ("a.test", "a.test.org", false),
            ("*.test", "a.test", true),
            ("*.test", "a.b.test", false),
            ("*.test", ".test", true),
            ("a*c.test", "abbc.test", true),
            ("a*c.test", "abcbc.test", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("*", "localhost", true),
            ("*", "a.b", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
