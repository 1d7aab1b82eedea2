//! The folder that many places share: told once, so that columns stay narrow.

use crate::report::Style;
use crate::route_test::SourceRef;

/// The folder that places share.
#[derive(Debug, Default)]
pub(in crate::report) struct Folder(String);

impl Folder {
    /// The folder of places. On a terminal only: what is piped on keeps whole paths.
    pub(in crate::report) fn of<'a>(places: impl IntoIterator<Item = &'a SourceRef>, style: Style) -> Self {
        if style.width.is_none() {
            return Self::default();
        }
        let mut shared: Option<&str> = None;
        for place in places {
            if place.live.is_some() {
                return Self::default();
            }
            let folder = place.file.rfind('/').map_or("", |slash| &place.file[..=slash]);
            shared = Some(match shared {
                None => folder,
                Some(before) => common(before, folder),
            });
        }
        Self(shared.unwrap_or_default().to_owned())
    }

    /// A place as it is told under this folder.
    pub(in crate::report) fn tell(&self, place: &SourceRef) -> String {
        if place.live.is_some() {
            return place.to_string();
        }
        let file = place.file.strip_prefix(self.0.as_str()).unwrap_or(&place.file);
        format!("{file}:{}:{}", place.line, place.column)
    }

    /// The line that tells the folder, if there is one.
    pub(in crate::report) fn line(&self, style: Style) -> String {
        if self.0.is_empty() { String::new() } else { format!("  {}\n", style.dim(&format!("sources in {}", self.0))) }
    }
}

/// The folders with which both begin.
fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let end = a.as_bytes().get(..same).and_then(|same| same.iter().rposition(|byte| *byte == b'/'));
    end.map_or("", |slash| &a[..=slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str) -> SourceRef {
        SourceRef { file: file.into(), line: 3, column: 9, ..SourceRef::default() }
    }

    #[test]
    fn folders_are_told_once_on_a_terminal() {
        let places = [place("deploy/shop/cart.yaml"), place("deploy/shop/eu/web.yaml"), place("deploy/shoes/x.yaml")];
        let style = Style { colour: false, width: Some(80) };
        let folder = Folder::of(&places, style);
        assert_eq!(folder.tell(&places[0]), "shop/cart.yaml:3:9");
        assert_eq!(folder.line(style), "  sources in deploy/\n");
        let piped = Folder::of(&places, Style::default());
        assert_eq!(piped.tell(&places[0]), "deploy/shop/cart.yaml:3:9");
        assert_eq!(piped.line(style), "");
    }

    #[test]
    fn places_without_folders_share_none() {
        let style = Style { colour: false, width: Some(80) };
        assert_eq!(Folder::of(&[place("<stdin>"), place("a/b.yaml")], style).line(style), "");
    }
}
