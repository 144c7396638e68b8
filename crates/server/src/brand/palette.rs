//! From one accent colour to every token that hangs on it, in both schemes, each readable where it stands.

use super::colour::Colour;

/// What text needs against what is behind it: WCAG 2.2 §1.4.3, level AA.
const READABLE: f64 = 4.5;
/// How far a derived dark accent is brought above the dark surface.
const CLEAR: f64 = 6.0;

/// What an accent stands on, as `static/stepwell.css` has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground {
    name: &'static str,
    pub(crate) surface: Colour,
    pub(crate) bg: Colour,
    pub(crate) on_accent: Colour,
    pub(crate) text_3: Colour,
    /// Where a colour goes to be seen better.
    away: Colour,
}

/// The light scheme.
pub(crate) const LIGHT: Ground = Ground {
    name: "light",
    surface: Colour::WHITE,
    bg: Colour::rgb([0xF7, 0xF8, 0xFA]),
    on_accent: Colour::WHITE,
    text_3: Colour::rgb([0x62, 0x6A, 0x7B]),
    away: Colour::BLACK,
};

/// The dark scheme.
pub(crate) const DARK: Ground = Ground {
    name: "dark",
    surface: Colour::rgb([0x16, 0x1A, 0x22]),
    bg: Colour::rgb([0x0E, 0x11, 0x17]),
    on_accent: Colour::rgb([0x0E, 0x11, 0x17]),
    text_3: Colour::rgb([0x8E, 0x97, 0xA8]),
    away: Colour::WHITE,
};

/// The accent of the light scheme where only the dark one is given.
const USUAL: Colour = Colour::rgb([0x33, 0x47, 0xD6]);

/// The accents of both schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    light: Colour,
    dark: Colour,
}

impl Ground {
    /// Checks an accent against the text on it and the surface behind it.
    ///
    /// # Errors
    /// The ratio, the rule, and a colour near it that would do.
    pub(crate) fn check(&self, accent: Colour) -> Result<(), String> {
        if self.carries(accent) {
            return Ok(());
        }
        let (text, surface) = (
            accent.contrast(self.on_accent),
            accent.contrast(self.surface),
        );
        let (ratio, what, against) = if text <= surface {
            (text, "the text on it", self.on_accent)
        } else {
            (surface, "the surface behind it", self.surface)
        };
        let would_do = accent.nearest(self.away, |colour| self.carries(colour));
        Err(format!(
            "{accent} has a contrast of {:.2}:1 with {what} in the {} scheme ({against}); text needs 4.5:1 \
             (WCAG 2.2 §1.4.3). {would_do} would do",
            // Rounded down: what is told is never better than what was measured.
            (ratio * 100.0).floor() / 100.0,
            self.name,
        ))
    }

    fn carries(&self, accent: Colour) -> bool {
        accent.contrast(self.on_accent) >= READABLE && accent.contrast(self.surface) >= READABLE
    }

    /// A tint of the accent that hints and links can still be read on.
    fn soft(&self, accent: Colour) -> Colour {
        accent.nearest(self.surface, |soft| {
            soft.contrast(self.surface) < 1.2 && self.text_3.contrast(soft) >= READABLE
        })
    }

    fn link(&self, accent: Colour) -> Colour {
        let grounds = [self.surface, self.bg, self.soft(accent)];
        accent.nearest(self.away, |link| {
            grounds
                .iter()
                .all(|ground| link.contrast(*ground) >= READABLE)
        })
    }

    fn tokens(&self, accent: Colour) -> [Colour; 6] {
        [
            accent,
            accent.mixed(self.away, 0.15),
            self.on_accent,
            self.soft(accent),
            self.link(accent),
            accent,
        ]
    }
}

impl Palette {
    /// The accents of both schemes, both [checked](Ground::check); a dark one that is not given is a lighter
    /// tint of the light one.
    pub(crate) fn of(light: Colour, dark: Option<Colour>) -> Self {
        let derived = || light.nearest(Colour::WHITE, |tint| tint.contrast(DARK.surface) >= CLEAR);
        Self {
            light,
            dark: dark.unwrap_or_else(derived),
        }
    }

    /// With a dark accent alone.
    pub(crate) fn dark(dark: Colour) -> Self {
        Self::of(USUAL, Some(dark))
    }

    /// Name, light and dark value of every custom property that hangs on the accent.
    pub(crate) fn tokens(&self) -> Vec<(&'static str, Colour, Colour)> {
        let names = [
            "accent",
            "accent-hover",
            "on-accent",
            "accent-soft",
            "link",
            "ring",
        ];
        let values = LIGHT
            .tokens(self.light)
            .into_iter()
            .zip(DARK.tokens(self.dark));
        names
            .into_iter()
            .zip(values)
            .map(|(name, (light, dark))| (name, light, dark))
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    fn token(palette: &Palette, name: &str) -> [Colour; 2] {
        let found = palette.tokens().into_iter().find(|token| token.0 == name);
        let (_, light, dark) = found.unwrap();
        [light, dark]
    }

    #[test]
    fn a_faint_accent_is_told_its_ratio_the_rule_and_a_colour_that_would_do() {
        let told = LIGHT.check(colour("#FFCC00")).unwrap_err();
        assert!(told.starts_with("#FFCC00 has a contrast of 1.5"), "{told}");
        assert!(told.contains("4.5:1 (WCAG 2.2 §1.4.3)"), "{told}");
        let would_do = told
            .trim_end_matches(" would do")
            .rsplit(' ')
            .next()
            .unwrap();
        assert_eq!(LIGHT.check(colour(would_do)), Ok(()), "{told}");
        let told = DARK.check(colour("#3347D6")).unwrap_err();
        assert!(told.contains("dark scheme"), "{told}");
        let would_do = told
            .trim_end_matches(" would do")
            .rsplit(' ')
            .next()
            .unwrap();
        assert_eq!(DARK.check(colour(would_do)), Ok(()), "{told}");
    }

    #[test]
    fn a_ratio_just_under_the_rule_is_not_rounded_up_to_it() {
        // 4.48:1 on white.
        let told = LIGHT.check(colour("#777777")).unwrap_err();
        assert!(told.contains("4.47:1") || told.contains("4.48:1"), "{told}");
        assert_eq!(LIGHT.check(colour("#767676")), Ok(()));
    }

    #[test]
    fn whatever_accent_is_accepted_everything_that_hangs_on_it_can_be_read() {
        let mut accepted = 0;
        for step in 0_u32..4_096 {
            let channel = |shift: u32| u8::try_from((step >> shift & 15) * 17).unwrap();
            let light = Colour::rgb([channel(8), channel(4), channel(0)]);
            if LIGHT.check(light).is_err() {
                continue;
            }
            accepted += 1;
            let palette = Palette::of(light, None);
            assert_eq!(DARK.check(palette.dark), Ok(()), "{light}");
            for (at, ground) in [LIGHT, DARK].into_iter().enumerate() {
                let [hover, soft, link] =
                    ["accent-hover", "accent-soft", "link"].map(|name| token(&palette, name)[at]);
                for (front, back) in [
                    (ground.on_accent, hover),
                    (ground.text_3, soft),
                    (link, soft),
                    (link, ground.surface),
                    (link, ground.bg),
                ] {
                    assert!(
                        front.contrast(back) >= READABLE,
                        "{light}: {front} on {back}"
                    );
                }
                let ring = token(&palette, "ring")[at];
                assert!(ring.contrast(ground.bg) >= 3.0, "{light}: ring {ring}");
            }
        }
        assert!(accepted > 1_000);
    }

    #[test]
    fn a_dark_accent_alone_leaves_the_usual_light_one() {
        let palette = Palette::dark(colour("#FFC800"));
        assert_eq!(token(&palette, "accent"), [USUAL, colour("#FFC800")]);
    }
}
