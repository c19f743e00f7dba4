//! How large the PDF page of an image is and which way up the image stands on it.

use krilla::geom::{Size, Transform};

/// The longest side of A4 and of A3 in points (1/72 inch).
const A4: f32 = 841.89;
const A3: f32 = 1190.55;

/// The page of an image that `pixels` describes as stored, and how to draw it there.
pub(super) struct ImagePage {
    /// The page.
    pub(super) page: Size,
    /// The image as stored, in points, before `upright`.
    pub(super) drawn: Size,
    /// Turns the stored image the way a viewer shows it.
    pub(super) upright: Transform,
}

impl ImagePage {
    /// `None` if a side is zero.
    pub(super) fn new(pixels: (u32, u32), orientation: Orientation) -> Option<Self> {
        let scale = points_per_pixel(pixels.0.max(pixels.1));
        let (w, h) = (pixels.0 as f32 * scale, pixels.1 as f32 * scale);
        let page = if orientation.swaps_sides() { (h, w) } else { (w, h) };
        Some(Self {
            page: Size::from_wh(page.0, page.1)?,
            drawn: Size::from_wh(w, h)?,
            upright: orientation.transform(w, h),
        })
    }
}

/// Aims at a sheet of A4 with 72 to 150 pixels per inch, as a scan would have. A photo with more than that
/// keeps its pixels, on a page of at most A3, because readers may refuse or shrink a poster.
fn points_per_pixel(longest: u32) -> f32 {
    let longest = longest.max(1) as f32;
    let per_inch = (longest * 72.0 / A4).clamp(72.0, 150.0);
    (72.0 / per_inch).min(A3 / longest)
}

/// The Exif orientation, 1 to 8. A phone stores its photos as the sensor lies and notes here how to turn
/// them; a PDF has no place for the note, so a page would lie on its side without this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// Of a JPEG or PNG; upright where nothing (or nothing sensible) is noted.
    pub(super) fn of(image: &[u8]) -> Self {
        let noted = || {
            let mut image = std::io::Cursor::new(image);
            let exif = exif::Reader::new().read_from_container(&mut image).ok()?;
            let field = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
            u8::try_from(field.value.get_uint(0)?).ok().filter(|value| (1..=8).contains(value))
        };
        Self(noted().unwrap_or(1))
    }

    fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// For an image of `w` by `h` as stored, with y pointing down.
    fn transform(self, w: f32, h: f32) -> Transform {
        let (sx, ky, kx, sy, tx, ty) = match self.0 {
            2 => (-1.0, 0.0, 0.0, 1.0, w, 0.0),
            3 => (-1.0, 0.0, 0.0, -1.0, w, h),
            4 => (1.0, 0.0, 0.0, -1.0, 0.0, h),
            5 => (0.0, 1.0, 1.0, 0.0, 0.0, 0.0),
            6 => (0.0, 1.0, -1.0, 0.0, h, 0.0),
            7 => (0.0, -1.0, -1.0, 0.0, h, w),
            8 => (0.0, -1.0, 1.0, 0.0, 0.0, w),
            _ => (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        };
        Transform::from_row(sx, ky, kx, sy, tx, ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_between_a_small_sheet_and_a3() {
        // (longest side in pixels, expected longest side of the page in points)
        for (pixels, points) in [(301, 301.0), (842, 842.0), (1300, A4), (1754, A4), (2000, 960.0)] {
            let page = ImagePage::new((pixels, 100), Orientation(1)).expect("a page").page;
            assert!((page.width() - points).abs() < 0.2, "{pixels}: {}", page.width());
        }
        for pixels in [4032, 8000] {
            let page = ImagePage::new((100, pixels), Orientation(1)).expect("a page").page;
            assert!((page.height() - A3).abs() < 0.2, "{pixels}: {}", page.height());
        }
        assert!(ImagePage::new((0, 100), Orientation(1)).is_none());
    }

    /// Where the first pixel row begins on the page, by the Exif definition of each value.
    #[test]
    fn each_orientation_puts_the_stored_corner_where_exif_says() {
        let (w, h) = (400, 200);
        let corners = [
            (1, (0.0, 0.0)),
            (2, (1.0, 0.0)),
            (3, (1.0, 1.0)),
            (4, (0.0, 1.0)),
            (5, (0.0, 0.0)),
            (6, (1.0, 0.0)),
            (7, (1.0, 1.0)),
            (8, (0.0, 1.0)),
        ];
        for (value, (right, bottom)) in corners {
            let placed = ImagePage::new((w, h), Orientation(value)).expect("a page");
            let (page, t) = (placed.page, placed.upright);
            let swapped = value >= 5;
            assert_eq!(page.width() < page.height(), swapped, "{value}");
            assert_eq!((t.tx(), t.ty()), (right * page.width(), bottom * page.height()), "{value}");
            // The opposite corner lands on the opposite corner of the page.
            let (w, h) = (placed.drawn.width(), placed.drawn.height());
            let x = t.sx() * w + t.kx() * h + t.tx();
            let y = t.ky() * w + t.sy() * h + t.ty();
            let opposite = ((1.0 - right) * page.width(), (1.0 - bottom) * page.height());
            assert!((x - opposite.0).abs() < 0.01 && (y - opposite.1).abs() < 0.01, "{value}");
        }
    }

    #[test]
    fn the_note_is_read_from_the_file_and_nonsense_in_it_is_not_followed() {
        let path = crate::documents::samples::sample("utility-bill-page-2.jpg");
        let jpeg = std::fs::read(path).expect("a sample");
        assert_eq!(Orientation::of(&jpeg), Orientation(1));
        for (noted, expected) in [(6, 6), (8, 8), (1, 1), (0, 1), (9, 1), (255, 1)] {
            // An Exif segment with the one field 0x0112 (orientation), right after the start of the image.
            let mut turned = jpeg[..2].to_vec();
            turned.extend(b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
            turned.extend([noted, 0, 0, 0, 0, 0, 0]);
            turned.extend(&jpeg[2..]);
            assert_eq!(Orientation::of(&turned), Orientation(expected), "{noted}");
        }
        assert_eq!(Orientation::of(b"no image"), Orientation(1));
    }
}
