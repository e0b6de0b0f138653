//! Tables and numbers as people read them.

use comfy_table::{CellAlignment, ContentArrangement, Table};
use comfy_table::{LineStyle, TableStyle};

/// A plain table: a rule under the head, numbers to the right in the columns named.
pub(super) fn plain(head: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    let rule = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    table.load_style(rule).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head.to_vec());
    for column in right {
        if let Some(c) = table.column_mut(*column) {
            c.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// `25,557,032`.
pub(super) fn thousands(n: u128) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `4.09 G`, for counts.
pub(super) fn scaled(n: u128) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    match units.iter().find(|(size, _)| n as f64 >= *size) {
        Some((size, unit)) => format!("{:.2} {unit}", n as f64 / size),
        None => n.to_string(),
    }
}

/// `1.5 MiB`.
pub(super) fn bytes(n: u128) -> String {
    let units = [(1u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(size, _)| n >= u128::from(*size)) {
        Some((size, unit)) => format!("{:.1} {unit}", n as f64 / *size as f64),
        None => format!("{n} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(25_557_032), "25,557,032");
        assert_eq!(thousands(7), "7");
        assert_eq!(scaled(4_089_184_256), "4.09 G");
        assert_eq!(scaled(12), "12");
        assert_eq!(bytes(1 << 20), "1.0 MiB");
    }
}
