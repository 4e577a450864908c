//! Tables for people: aligned columns without borders, so that lines can be copied.

use comfy_table::{ContentArrangement, presets};

/// Spaces between two columns.
const GAP: u16 = 2;

/// A table under construction.
#[derive(Debug)]
pub struct Table(comfy_table::Table);

impl Table {
    /// An empty table with these column headings.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(headings);
        Self(table)
    }

    /// An empty table with as many columns as there are headings.
    pub fn of(headings: Vec<String>) -> Self {
        let mut table = Self::new([]);
        table.0.set_header(headings);
        table
    }

    /// Adds a row of as many cells as there are headings.
    pub fn cells(&mut self, cells: Vec<String>) {
        self.0.add_row(cells);
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }

    /// The rendered table, without spaces at the ends of lines.
    pub fn render(mut self) -> String {
        for column in self.0.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        let rendered = self.0.to_string();
        let lines: Vec<&str> = rendered.lines().map(str::trim_end).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_with_their_text() {
        let mut table = Table::new(["NAME", "STATE", ""]);
        table.row(["worker-0".to_owned(), "ready".to_owned(), String::new()]);
        table.row(["web".to_owned(), "dead".to_owned(), "it exited".to_owned()]);
        insta::assert_snapshot!(table.render(), @"
        NAME      STATE
        worker-0  ready
        web       dead   it exited
        ");
    }

    #[test]
    fn an_empty_table_is_its_headings() {
        insta::assert_snapshot!(Table::new(["NAME", "STATE"]).render(), @"NAME  STATE");
    }
}
