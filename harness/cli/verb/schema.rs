//! `harness schema`.

use model::profile;
use scenario::report;

use crate::error::Exit;
use crate::ui::Ui;

/// Print the JSON Schema of a file format
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness schema profile > profiles/profile.schema.json")]
pub(super) struct Args {
    /// The file format to describe
    #[arg(value_enum)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// profiles/*.yaml
    Profile,
    /// scenarios/*.yaml
    Scenario,
    /// report.json
    Report,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Exit {
    let schema = match args.format {
        Format::Profile => profile::json_schema(),
        Format::Scenario => scenario::json_schema(),
        Format::Report => report::json_schema(),
    };
    ui.text(format!("{schema:#}"));
    ui.json(&schema);
    Exit::Ok
}
