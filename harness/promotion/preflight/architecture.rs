//! The processors of the nodes: pods of the worker may run on any of them, so its image has to be for
//! those of each pool. Temporal's own images are for both kinds that AKS has.

use azure::arm::Machine;
use model::profile::azure::{Azure, NodePool};
use model::topology::Run;

use super::check::{Check, Problem};
use super::question::Answer;

/// What Azure calls processors of the kinds that AKS has:
/// <https://learn.microsoft.com/azure/aks/use-arm64-vms>.
const X64: &str = "x64";
const ARM64: &str = "Arm64";

/// The processors that a worker which is built here is for: those of this machine.
fn of_this_machine() -> Option<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Some(X64),
        "aarch64" => Some(ARM64),
        _ => None,
    }
}

/// Looks at each pool whose processors are not those that the worker's image is sure to be for.
pub(super) fn architectures(
    azure: &Azure,
    worker: &Run,
    machines: &Answer<Vec<Machine>>,
) -> Vec<Check> {
    // What is not known of sizes is told once.
    let machines = machines.as_deref().unwrap_or_default();
    let pools = azure.kubernetes.pools.iter();
    let checks = pools.filter_map(|pool| {
        let size = machines
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(&pool.vm_size))?;
        let theirs = size.architecture()?;
        let what = format!("processors of node pool {}", pool.name);
        match worker {
            Run::Image(image) => named(image, theirs).map(|why| Check::unknown(what, why)),
            Run::Build(_) | Run::Command(_) => {
                let problem = built(pool, theirs, of_this_machine()?)?;
                Some(Check::of(what, Ok(()), |()| Some(problem)))
            }
        }
    });
    checks.collect()
}

/// What is not known of an image that a registry has: whether it is for Arm64 as well.
fn named(image: &str, theirs: &str) -> Option<String> {
    theirs.eq_ignore_ascii_case(ARM64).then(|| {
        format!("they are {ARM64}, and whether the image {image} is for those is not known")
    })
}

fn built(pool: &NodePool, theirs: &str, ours: &str) -> Option<Problem> {
    let differ = !theirs.eq_ignore_ascii_case(ours);
    differ.then(|| {
        let such = match ours {
            ARM64 => "Standard_D2ps_v5",
            _ => "Standard_D2s_v5",
        };
        Problem::new(
            format!(
                "those of {} are {theirs}, and the worker is built for {ours}, as this machine is",
                pool.vm_size
            ),
            format!(
                "choose a `backend.azure.kubernetes.node-pools.{}.vm-size` with {ours} processors, \
                 such as {such}, or name an image for {theirs} in `worker.run`",
                pool.name
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testing::profile::azure;

    use super::*;

    fn machine(name: &str, architecture: &str) -> Machine {
        let capability = json!({"name": "CpuArchitectureType", "value": architecture});
        let document = json!({"name": name, "capabilities": [capability]});
        serde_json::from_value(document).expect("a size")
    }

    fn told(worker: &Run, size: &str) -> Vec<String> {
        let set = format!("backend.azure.kubernetes.node-pools.batch.vm-size={size}");
        let machines = vec![
            machine("Standard_D2s_v5", of_this_machine().unwrap_or(X64)),
            machine(
                "Standard_D2x_v9",
                if of_this_machine() == Some(ARM64) {
                    X64
                } else {
                    ARM64
                },
            ),
        ];
        let checks = architectures(&azure(&[&set]), worker, &Ok(machines)).into_iter();
        let lines = checks.map(|check| {
            let problem = check
                .problem
                .map(|it| format!("{}; {}", it.reason, it.remedy));
            format!(
                "{}: {}",
                check.what,
                problem.or(check.unknown).unwrap_or_default()
            )
        });
        lines.collect()
    }

    #[test]
    fn a_worker_that_is_built_here_runs_on_processors_like_those_of_this_machine() {
        let here = Run::Build("workflow".to_owned());
        assert_eq!(told(&here, "Standard_D2s_v5"), [""; 0]);
        assert_eq!(told(&here, "Standard_D2y_v9"), [""; 0]);
        let [line] = &told(&here, "Standard_D2x_v9")[..] else {
            panic!("one pool");
        };
        assert!(
            line.starts_with("processors of node pool batch: those of Standard_D2x_v9 are "),
            "{line}"
        );
        assert!(
            line.contains("`backend.azure.kubernetes.node-pools.batch.vm-size`"),
            "{line}"
        );
    }

    #[test]
    fn of_an_image_in_a_registry_is_not_known_whether_it_is_for_arm() {
        assert_eq!(named("a/b:1", "x64"), None);
        assert_eq!(
            named("a/b:1", "Arm64").as_deref(),
            Some("they are Arm64, and whether the image a/b:1 is for those is not known")
        );
    }

    #[test]
    fn the_reverse_is_refused_as_well() {
        let azure = azure(&[]);
        let pool = &azure.kubernetes.pools[0];
        assert_eq!(built(pool, "x64", X64), None);
        for (theirs, ours) in [("Arm64", X64), ("x64", ARM64)] {
            let Problem { reason, .. } = built(pool, theirs, ours).expect("it is refused");
            let said = format!("are {theirs}, and the worker is built for {ours}");
            assert!(reason.contains(&said), "{reason}");
        }
    }
}
