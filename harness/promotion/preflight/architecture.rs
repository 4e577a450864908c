//! The processor architectures of the nodes. Worker pods may run in any pool, so the worker's image
//! must support the architecture of each. Temporal's own images support both architectures of AKS.

use azure::arm::Machine;
use model::profile::azure::{Azure, NodePool};
use model::topology::Run;

use super::check::{Check, Problem};
use super::question::Answer;

/// Azure's names of the architectures in AKS:
/// <https://learn.microsoft.com/azure/aks/use-arm64-vms>.
const X64: &str = "x64";
const ARM64: &str = "Arm64";

/// The architecture of this machine, for which it builds workers.
fn of_this_machine() -> Option<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Some(X64),
        "aarch64" => Some(ARM64),
        _ => None,
    }
}

/// Checks the pools whose architecture the worker's image may not support.
pub(super) fn architectures(
    azure: &Azure,
    worker: &Run,
    machines: &Answer<Vec<Machine>>,
) -> Vec<Check> {
    // Unknown sizes are reported by another check.
    let machines = machines.as_deref().unwrap_or_default();
    let pools = azure.kubernetes.pools.iter();
    let checks = pools.filter_map(|pool| {
        let size = machines
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(&pool.vm_size))?;
        let theirs = size.architecture()?;
        let what = format!("architecture of node pool {}", pool.name);
        match worker {
            Run::Image(image) => named(image, theirs).map(|why| Check::unknown(what, why)),
            // It is not made from this program, but pulled.
            Run::BuiltIn if !cfg!(target_os = "linux") => {
                named("of the harness", theirs).map(|why| Check::unknown(what, why))
            }
            Run::BuiltIn | Run::Build(_) | Run::Command(_) => {
                let problem = built(pool, theirs, of_this_machine()?)?;
                Some(Check::of(what, Ok(()), |()| Some(problem)))
            }
        }
    });
    checks.collect()
}

/// Why it is unknown whether an image of a registry supports the architecture.
fn named(image: &str, theirs: &str) -> Option<String> {
    theirs.eq_ignore_ascii_case(ARM64).then(|| {
        format!("it is {ARM64}, and it is not known whether the image {image} supports that")
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
                "{} has {theirs} processors, but the worker is built on this machine for {ours}",
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

    fn reported(worker: &Run, size: &str) -> Vec<String> {
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
    fn a_worker_that_is_built_here_needs_the_architecture_of_this_machine() {
        let here = Run::Build("workflow".to_owned());
        assert_eq!(reported(&here, "Standard_D2s_v5"), [""; 0]);
        assert_eq!(reported(&here, "Standard_D2y_v9"), [""; 0]);
        let [line] = &reported(&here, "Standard_D2x_v9")[..] else {
            panic!("one pool");
        };
        assert!(
            line.starts_with("architecture of node pool batch: Standard_D2x_v9 has "),
            "{line}"
        );
        assert!(
            line.contains("`backend.azure.kubernetes.node-pools.batch.vm-size`"),
            "{line}"
        );
    }

    #[test]
    fn it_is_not_known_whether_an_image_in_a_registry_supports_arm() {
        assert_eq!(named("a/b:1", "x64"), None);
        assert_eq!(
            named("a/b:1", "Arm64").as_deref(),
            Some("it is Arm64, and it is not known whether the image a/b:1 supports that")
        );
    }

    #[test]
    fn both_wrong_architectures_are_refused() {
        let azure = azure(&[]);
        let pool = &azure.kubernetes.pools[0];
        assert_eq!(built(pool, "x64", X64), None);
        for (theirs, ours) in [("Arm64", X64), ("x64", ARM64)] {
            let Problem { reason, .. } = built(pool, theirs, ours).expect("it is refused");
            let expected = format!(
                "has {theirs} processors, but the worker is built on this machine for {ours}"
            );
            assert!(reason.contains(&expected), "{reason}");
        }
    }
}
