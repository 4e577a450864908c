//! The verb `test`.

mod args;
mod documents;
mod execute;
mod ran;
mod row;
mod run_one;
mod topology;
mod view;

pub(super) use args::Args;
pub(super) use execute::one;
pub(super) use row::Row;

use super::session;
use super::{VerbResult, existing, scenarios};
use crate::ui::Ui;

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let documents = scenarios::find(&args.scenarios)?;
    let loaded = session::load(&args.target);
    if args.list || args.dry_run {
        let session = session::look(&loaded).await?;
        return session::on_backend!(session, |session| {
            let resolved = documents::resolve(documents, args.seed, session)?;
            if args.list {
                Ok(view::list(&resolved, ui))
            } else {
                Ok(view::plans(&resolved, ui))
            }
        });
    }
    let session = session::own(&loaded, "test", ui).await?;
    session::on_backend!(session, |session| {
        let resolved = documents::resolve(documents, args.seed, session)?;
        existing::announce(session, ui)?;
        Box::pin(execute::execute(&args, resolved, session, ui)).await
    })
}
