//! A list of rows as the values of one statement: SQLite takes each value by itself, which is several times as fast as a list in
//! JSON; PostgreSQL takes the list as one text of JSON, since there a statement is planned anew for each length.

#[cfg(feature = "sqlite")]
use std::array;

#[cfg(feature = "postgres")]
use serde_json::Value;

use super::backend::Param;

/// How many rows one statement takes, at most.
pub(crate) const MOST_ROWS: usize = 256;

/// So many lengths, each twice the one before, have a statement of their own; a list in between is filled up with rows of `NULL`.
#[cfg(feature = "sqlite")]
const LENGTHS: usize = MOST_ROWS.ilog2() as usize + 1;

/// The texts of one statement of SQLite's, one for each length.
#[cfg(feature = "sqlite")]
pub(crate) struct Texts([String; LENGTHS]);

#[cfg(feature = "sqlite")]
impl Texts {
    /// Rows such as `(?, ?)` between these two, with commas.
    pub(crate) fn new(before: &str, row: &str, after: &str) -> Self {
        Self(array::from_fn(|place| format!("{before}{}{after}", vec![row; 1 << place].join(", "))))
    }

    /// The text for this many rows, and how many it takes.
    fn for_rows(&self, rows: usize) -> (&str, usize) {
        let place = rows.max(1).next_power_of_two().ilog2() as usize;
        self.0.get(place).map_or(("", 0), |text| (text, 1 << place))
    }
}

/// Rows, one after the other.
#[derive(Clone)]
pub(crate) struct Rows {
    width: usize,
    values: Vec<Param>,
}

impl Rows {
    /// At most [`MOST_ROWS`] of them.
    pub(crate) fn new<const WIDTH: usize>(rows: impl Iterator<Item = [Param; WIDTH]>) -> Self {
        Self { width: WIDTH, values: rows.take(MOST_ROWS).flatten().collect() }
    }

    /// The text for so many rows, and its values: what is too many is `NULL`.
    #[cfg(feature = "sqlite")]
    pub(super) fn one_by_one(mut self, texts: &'static Texts) -> (&'static str, Vec<Param>) {
        let (text, rows) = texts.for_rows(self.values.len() / self.width.max(1));
        self.values.resize_with(rows * self.width, || Param::Int(None));
        (text, self.values)
    }

    /// A list of lists, bytes in hexadecimal.
    #[cfg(feature = "postgres")]
    pub(super) fn into_json(self) -> String {
        let value = |param: &Param| match param {
            Param::Int(value) => Value::from(*value),
            Param::Text(value) => Value::from(value.as_deref()),
            Param::Bytes(value) => Value::from(value.as_deref().map(hex)),
        };
        let rows = self.values.chunks(self.width.max(1));
        Value::Array(rows.map(|row| row.iter().map(value).collect()).collect()).to_string()
    }
}

/// Bytes as hexadecimal text.
#[cfg(feature = "postgres")]
fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_list_takes_the_shortest_text_that_has_room_for_it() {
        static TEXTS: std::sync::LazyLock<Texts> = std::sync::LazyLock::new(|| Texts::new("a ", "(?, ?)", " z"));
        for (rows, room) in [(0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (255, 256), (256, 256), (300, 256)] {
            let list = Rows::new((0..rows).map(|row| [Param::from(row), Param::from("x")]));
            let (text, values) = list.one_by_one(&TEXTS);
            assert_eq!((text.matches("(?, ?)").count(), values.len()), (room, 2 * room), "{rows}");
            let filled = values.iter().filter(|value| matches!(value, Param::Int(None))).count();
            assert_eq!(filled, 2 * room.saturating_sub(usize::try_from(rows).unwrap()), "{rows}");
        }
        assert_eq!(Rows::new([[Param::from(1)]].into_iter()).one_by_one(&TEXTS).0, "a (?, ?) z");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_list_in_json_has_bytes_in_hexadecimal() {
        let row = |bytes: Option<Vec<u8>>, text| [Param::from(bytes), Param::from(text), Param::from(Some(-7_i64))];
        let rows = [row(Some(vec![0, 0x1f, 0xa0]), None), row(None, Some("\"\u{e9}"))];
        assert_eq!(Rows::new(rows.into_iter()).into_json(), "[[\"001fa0\",null,-7],[null,\"\\\"\u{e9}\",-7]]");
    }
}
