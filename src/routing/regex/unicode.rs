//! The named classes and the case folding that RE2 knows.
//!
//! RE2's tables are those of Unicode 15.1, regex-syntax's are newer. Characters that came later are taken out again, so
//! that both engines (and the estimates of program sizes) agree.

use std::sync::OnceLock;

use regex_syntax::hir::{Class as HirClass, ClassUnicode, ClassUnicodeRange, HirKind};

use super::class::{Class, MAX_RUNE};

/// The general categories that RE2 knows by name. `Cn` and `LC` are not among them.
const CATEGORIES: [&str; 37] = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Any",
];

/// The scripts that RE2 knows by name, sorted.
#[rustfmt::skip]
const SCRIPTS: [&str; 163] = [
    "Adlam", "Ahom", "Anatolian_Hieroglyphs", "Arabic", "Armenian", "Avestan", "Balinese", "Bamum", "Bassa_Vah",
    "Batak", "Bengali", "Bhaiksuki", "Bopomofo", "Brahmi", "Braille", "Buginese", "Buhid", "Canadian_Aboriginal",
    "Carian", "Caucasian_Albanian", "Chakma", "Cham", "Cherokee", "Chorasmian", "Common", "Coptic", "Cuneiform",
    "Cypriot", "Cypro_Minoan", "Cyrillic", "Deseret", "Devanagari", "Dives_Akuru", "Dogra", "Duployan",
    "Egyptian_Hieroglyphs", "Elbasan", "Elymaic", "Ethiopic", "Georgian", "Glagolitic", "Gothic", "Grantha", "Greek",
    "Gujarati", "Gunjala_Gondi", "Gurmukhi", "Han", "Hangul", "Hanifi_Rohingya", "Hanunoo", "Hatran", "Hebrew",
    "Hiragana", "Imperial_Aramaic", "Inherited", "Inscriptional_Pahlavi", "Inscriptional_Parthian", "Javanese",
    "Kaithi", "Kannada", "Katakana", "Kawi", "Kayah_Li", "Kharoshthi", "Khitan_Small_Script", "Khmer", "Khojki",
    "Khudawadi", "Lao", "Latin", "Lepcha", "Limbu", "Linear_A", "Linear_B", "Lisu", "Lycian", "Lydian", "Mahajani",
    "Makasar", "Malayalam", "Mandaic", "Manichaean", "Marchen", "Masaram_Gondi", "Medefaidrin", "Meetei_Mayek",
    "Mende_Kikakui", "Meroitic_Cursive", "Meroitic_Hieroglyphs", "Miao", "Modi", "Mongolian", "Mro", "Multani",
    "Myanmar", "Nabataean", "Nag_Mundari", "Nandinagari", "New_Tai_Lue", "Newa", "Nko", "Nushu",
    "Nyiakeng_Puachue_Hmong", "Ogham", "Ol_Chiki", "Old_Hungarian", "Old_Italic", "Old_North_Arabian", "Old_Permic",
    "Old_Persian", "Old_Sogdian", "Old_South_Arabian", "Old_Turkic", "Old_Uyghur", "Oriya", "Osage", "Osmanya",
    "Pahawh_Hmong", "Palmyrene", "Pau_Cin_Hau", "Phags_Pa", "Phoenician", "Psalter_Pahlavi", "Rejang", "Runic",
    "Samaritan", "Saurashtra", "Sharada", "Shavian", "Siddham", "SignWriting", "Sinhala", "Sogdian", "Sora_Sompeng",
    "Soyombo", "Sundanese", "Syloti_Nagri", "Syriac", "Tagalog", "Tagbanwa", "Tai_Le", "Tai_Tham", "Tai_Viet",
    "Takri", "Tamil", "Tangsa", "Tangut", "Telugu", "Thaana", "Thai", "Tibetan", "Tifinagh", "Tirhuta", "Toto",
    "Ugaritic", "Vai", "Vithkuqi", "Wancho", "Warang_Citi", "Yezidi", "Yi", "Zanabazar_Square",
];

const SURROGATES: (u32, u32) = (0xD800, 0xDFFF);

/// How many names there are.
const NAMES: usize = CATEGORIES.len() + SCRIPTS.len();
/// The classes of the names: as they are, and with the relatives of their members.
static GROUPS: [[OnceLock<Class>; NAMES]; 2] = [const { [const { OnceLock::new() }; NAMES] }; 2];

/// The class that `\p{name}` means, if RE2 knows the name. Names are case-sensitive.
pub(super) fn group(name: &str, fold: bool) -> Option<&'static Class> {
    let script = || SCRIPTS.binary_search(&name).ok().map(|at| CATEGORIES.len() + at);
    let at = CATEGORIES.iter().position(|category| *category == name).or_else(script)?;
    let slot = GROUPS.get(usize::from(fold)).and_then(|groups| groups.get(at))?;
    Some(slot.get_or_init(|| if fold { folded(group(name, false)) } else { named(name).unwrap_or_default() }))
}

fn folded(group: Option<&Class>) -> Class {
    let mut class = Class::default();
    for &(lo, hi) in group.map(Class::ranges).unwrap_or_default() {
        add_folded(&mut class, lo, hi);
    }
    class
}

fn named(name: &str) -> Option<Class> {
    match name {
        "Any" => Some(Class::of([(0, MAX_RUNE)])),
        "Cs" => Some(Class::of([SURROGATES])),
        "C" => {
            let mut class = Class::of([SURROGATES]);
            for part in ["Cc", "Cf", "Co"] {
                class.add_class(&property(part)?);
            }
            Some(class)
        }
        _ if CATEGORIES.contains(&name) => property(name),
        _ => property(&format!("sc={name}")),
    }
}

/// The one character that Unicode 16 moved: from `Mn` to `Mc`.
const MOVED: u32 = 0x1171E;

/// A property by regex-syntax's name for it, without what is younger than RE2's tables.
fn property(query: &str) -> Option<Class> {
    let mut class = newest(query)?.intersection(known());
    match query {
        "Mn" => class.add(MOVED, MOVED),
        "Mc" => class = class.intersection(&Class::of([(0, MOVED - 1), (MOVED + 1, MAX_RUNE)])),
        _ => {}
    }
    Some(class)
}

fn newest(query: &str) -> Option<Class> {
    let hir = regex_syntax::parse(&format!("\\p{{{query}}}")).ok()?;
    match hir.kind() {
        HirKind::Class(HirClass::Unicode(class)) => Some(from_hir(class)),
        // A property with a single member is a literal by now.
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(Class::of(text.chars().map(|c| (u32::from(c), u32::from(c)))))
        }
        _ => None,
    }
}

/// All characters that RE2's tables know.
fn known() -> &'static Class {
    static KNOWN: OnceLock<Class> = OnceLock::new();
    KNOWN.get_or_init(|| newest("age=15.1").unwrap_or_default())
}

fn from_hir(class: &ClassUnicode) -> Class {
    Class::of(class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))))
}

/// The same set for regex-syntax, which has no surrogates.
pub(super) fn to_hir(class: &Class) -> ClassUnicode {
    let mut ranges = Vec::with_capacity(class.ranges().len() + 1);
    for &(lo, hi) in class.ranges() {
        for (lo, hi) in [(lo, hi.min(SURROGATES.0 - 1)), (lo.max(SURROGATES.1 + 1), hi)] {
            if let (true, Some(lo), Some(hi)) = (lo <= hi, char::from_u32(lo), char::from_u32(hi)) {
                ranges.push(ClassUnicodeRange::new(lo, hi));
            }
        }
    }
    ClassUnicode::new(ranges)
}

/// The surrogates among the members.
pub(super) fn surrogates(class: &Class) -> Class {
    class.intersection(&Class::of([SURROGATES]))
}

/// All characters that differ from another only by case.
fn cased() -> &'static Class {
    static CASED: OnceLock<Class> = OnceLock::new();
    CASED.get_or_init(|| fold(&newest("Changes_When_Casefolded").unwrap_or_default().intersection(known())))
}

/// These characters and their relatives, as far as RE2's tables know them.
fn fold(class: &Class) -> Class {
    let mut folded = to_hir(class);
    match folded.try_case_fold_simple() {
        Ok(()) => from_hir(&folded).intersection(known()),
        Err(_) => class.clone(),
    }
}

/// Adds a range, and all characters that differ from a member only by case.
pub(super) fn add_folded(class: &mut Class, lo: u32, hi: u32) {
    class.add(lo, hi);
    if hi < 0x80 {
        add_folded_ascii(class, lo, hi);
    } else {
        class.add_class(&fold(&Class::of([(lo, hi)]).intersection(cased())));
    }
}

/// Most patterns are ASCII; then two letters have a relative outside: k (the Kelvin sign) and s (the long s).
fn add_folded_ascii(class: &mut Class, lo: u32, hi: u32) {
    for (from, to, distance) in [('A', 'Z', 32), ('a', 'z', -32)] {
        let (lo, hi) = (lo.max(u32::from(from)), hi.min(u32::from(to)));
        if lo <= hi {
            class.add(lo.saturating_add_signed(distance), hi.saturating_add_signed(distance));
        }
    }
    for (letter, relative) in [('k', 0x212A), ('s', 0x17F)] {
        let upper = letter.to_ascii_uppercase();
        if [letter, upper].iter().any(|&c| (lo..=hi).contains(&u32::from(c))) {
            class.add(relative, relative);
        }
    }
}

/// All characters that differ from this one only by case, itself among them.
pub(super) fn relatives(rune: u32) -> Class {
    let mut class = Class::default();
    add_folded(&mut class, rune, rune);
    class
}

/// Whether RE2 allows this character in the name of a group.
pub(super) fn is_name_character(c: char) -> bool {
    static NAMES: OnceLock<Class> = OnceLock::new();
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let names = NAMES.get_or_init(|| {
        let mut class = Class::default();
        for part in ["Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Mn", "Mc", "Nd", "Pc"] {
            class.add_class(group(part, false).unwrap_or(&Class::default()));
        }
        class
    });
    names.contains(u32::from(c))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_leads_to_a_class() {
        for name in CATEGORIES.iter().chain(&SCRIPTS) {
            assert!(!group(name, false).unwrap().is_empty(), "{name}");
        }
        assert!(SCRIPTS.is_sorted());
    }

    #[test]
    fn names_are_case_sensitive_and_long() {
        for name in ["greek", "GREEK", "Grek", "Cn", "LC", "L&", "Alphabetic", "IsGreek", "Letter", ""] {
            assert!(group(name, false).is_none(), "{name}");
        }
    }

    #[test]
    fn younger_scripts_are_unknown() {
        assert!(group("Garay", false).is_none());
    }

    #[test]
    fn ascii_letters_have_relatives_outside_ascii() {
        assert_eq!(relatives(u32::from('k')).ranges(), [(0x4B, 0x4B), (0x6B, 0x6B), (0x212A, 0x212A)]);
        assert_eq!(relatives(u32::from('S')).ranges(), [(0x53, 0x53), (0x73, 0x73), (0x17F, 0x17F)]);
        assert_eq!(relatives(0x17F), relatives(u32::from('s')));
        assert_eq!(relatives(u32::from('/')).len(), 1);
    }

    #[test]
    fn only_cased_characters_have_relatives() {
        let mut rest = known().clone();
        rest.negate();
        rest.add_class(cased());
        rest.negate();
        assert_eq!(fold(&rest), rest);
    }

    #[test]
    fn folding_ascii_is_folding() {
        for lo in 0..0x80 {
            for hi in [lo, lo + 3, 0x7F] {
                let hi = hi.min(0x7F);
                let mut short = Class::default();
                add_folded(&mut short, lo, hi);
                let mut folded = to_hir(&Class::of([(lo, hi)]));
                folded.try_case_fold_simple().unwrap();
                assert_eq!(short, from_hir(&folded));
            }
        }
    }
}
