//! Test targets with tests that some machines cannot run. A test whose need is missing is ignored.
//! libtest cannot do this, because it decides at compile time.
//!
//! A target sets `harness = false`. Each of its modules lists its tests with
//! [`tests!`](crate::tests), and `main` passes them to [`run`]. The target accepts the arguments of
//! libtest.

use std::collections::BTreeMap;
use std::future::Future;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Builder;

use crate::need::Need;

/// A test with its needs.
#[derive(Clone, Copy)]
pub struct Test {
    /// The path of its function, with the name of the target.
    pub path: &'static str,
    pub needs: &'static [Need],
    pub body: fn(),
}

/// Defines a function `tests` that lists the tests of a module:
/// `testing::tests!([DOCKER, K3D]; blocking: this, that)`. `blocking` is the function of
/// [`suite`](crate::suite) that runs each test.
#[macro_export]
macro_rules! tests {
    ($needs:tt; $runner:ident: $($name:ident),+ $(,)?) => {
        pub(crate) fn tests() -> Vec<$crate::suite::Test> {
            vec![$($crate::suite::Test {
                path: concat!(module_path!(), "::", stringify!($name)),
                needs: const { &$needs },
                body: || $crate::suite::$runner($name),
            }),+]
        }
    };
}

/// Runs a synchronous test.
pub fn blocking(test: fn()) {
    test();
}

/// Runs an asynchronous test as `#[tokio::test]` does.
pub fn current_thread<F: Future<Output = ()>>(test: fn() -> F) {
    block_on(test());
}

/// Runs an asynchronous test as `#[tokio::test(flavor = "multi_thread")]` does.
pub fn multi_thread<F: Future<Output = ()>>(test: fn() -> F) {
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(test());
}

/// Waits for a future on a new runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// Runs the tests that the arguments of the process select.
pub fn run(tests: impl IntoIterator<Item = Vec<Test>>) -> ExitCode {
    let arguments = Arguments::from_args();
    let tests = tests.into_iter().flatten();
    let chosen = tests.filter(|test| is_chosen(&arguments, test.name()));
    let mut machine = Machine::new(&arguments);
    let trials = chosen.map(|test| machine.trial(test)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

impl Test {
    /// The name that libtest would print: the path without the name of the target.
    fn name(&self) -> &'static str {
        self.path
            .split_once("::")
            .map_or(self.path, |(_, name)| name)
    }
}

/// Whether the filters select a test. The needs of other tests are not looked for.
fn is_chosen(arguments: &Arguments, name: &str) -> bool {
    let matches =
        |filter: &String| name == filter || (!arguments.exact && name.contains(filter.as_str()));
    arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
}

/// The needs that this machine meets. It looks for each need once.
struct Machine {
    /// A plain list of the tests does not show which are ignored.
    looks: bool,
    tells: bool,
    looked: BTreeMap<&'static str, Result<(), String>>,
}

impl Machine {
    fn new(arguments: &Arguments) -> Self {
        Self {
            looks: !arguments.list || arguments.ignored,
            tells: !arguments.list,
            looked: BTreeMap::new(),
        }
    }

    fn trial(&mut self, test: Test) -> Trial {
        let missing = test.needs.iter().find_map(|need| {
            let why = self.look(need).err()?;
            Some((need, format!("{} is missing: {why}", need.name)))
        });
        let Some((need, why)) = missing else {
            return Trial::test(test.name(), move || {
                (test.body)();
                Ok(())
            });
        };
        Trial::test(test.name(), || Err(why.into())).with_ignored_flag(!need.is_required())
    }

    fn look(&mut self, need: &Need) -> Result<(), String> {
        if !self.looks {
            return Ok(());
        }
        let tells = self.tells;
        let look = || {
            let looked = (need.look)();
            looked.inspect_err(|why| {
                if tells {
                    tell(need, why);
                }
            })
        };
        self.looked.entry(need.name).or_insert_with(look).clone()
    }
}

#[expect(
    clippy::print_stderr,
    reason = "it tells the user why tests are ignored"
)]
fn tell(need: &Need, why: &str) {
    let end = if need.is_required() {
        "fail"
    } else {
        "are ignored"
    };
    eprintln!(
        "{} is missing, and tests that need it {end}: {why}",
        need.name
    );
}
