//! What verbs of this machine, and `plan`, say of a place in Azure.

use insta::assert_snapshot;

use crate::cost::world;

#[test]
fn an_example_range_is_told_of_where_it_stands_and_is_no_error() {
    let world = world();
    let told = |run: &support::world::Run| {
        let lines = run.stderr.lines().filter(|line| line.contains("RFC 5737"));
        lines.map(str::to_owned).collect::<Vec<String>>().join("\n")
    };
    let plan = world.run("plan -p azure-seed --rehearse --set worker.run={\"image\":\"a/b:1\"}");
    assert_snapshot!(told(&plan), @"
    ! profiles/azure-seed.yaml:30:30: `203.0.113.0/24` is reserved for documentation (RFC 5737), and no client connects from it: replace it with your own addresses
    ! profiles/azure-seed.yaml:31:34: `203.0.113.0/24` is reserved for documentation (RFC 5737), and no client connects from it: replace it with your own addresses
    ");
    let up = world.run(
        "up -p azure-seed --backend simulated --set \
                        backend.azure.expose.web=cluster-ip --set \
                        backend.azure.kubernetes.authorized-ip-ranges=[198.51.100.7/32]",
    );
    assert_eq!(up.code, 0, "{up}");
    assert_snapshot!(told(&up), @"
    ! profiles/azure-seed.yaml:31:34: `203.0.113.0/24` is reserved for documentation (RFC 5737), and no client connects from it: replace it with your own addresses
    ! --set backend.azure.kubernetes.authorized-ip-ranges=[198.51.100.7/32]: `198.51.100.7/32` is reserved for documentation (RFC 5737), and no client connects from it: replace it with your own addresses
    ");
    assert_eq!(world.run("down -p azure-seed --backend simulated").code, 0);
    let own = world.run("plan -p azure --rehearse --set worker.run={\"image\":\"a/b:1\"}");
    assert_eq!(told(&own), "");
}

#[test]
fn a_range_from_which_nobody_comes_to_a_public_address_is_told_of() {
    let world = world();
    let doubts = |set: &str| {
        let run = world.run(&format!(
            "up -p azure --backend simulated --set backend.azure.{set}"
        ));
        assert_eq!(run.code, 0, "{run}");
        let lines = run.stderr.lines().filter(|line| line.starts_with("! "));
        let said = lines.map(|line| line.split_once(": ").map_or(line, |(_, said)| said));
        said.map(str::to_owned).collect::<Vec<String>>()
    };
    let expose = |range: &str| format!("expose.web={{\"public\":{{\"allow\":[\"{range}\"]}}}}");
    let ranges = [
        "10.0.0.0/8",
        "10.240.0.0/16",
        "172.31.0.0/16",
        "192.168.1.0/24",
        "100.64.0.0/10",
        "127.0.0.1/32",
        "169.254.169.254/32",
        "224.0.0.0/8",
        "255.255.255.255/32",
    ];
    let told = ranges.map(|range| doubts(&expose(range)).join("\n"));
    assert_snapshot!(told.join("\n"), @"
    `10.0.0.0/8` is private (RFC 1918), and no client connects to a public address from it: replace it with your own addresses
    `10.240.0.0/16` is private (RFC 1918), and no client connects to a public address from it: replace it with your own addresses
    `172.31.0.0/16` is private (RFC 1918), and no client connects to a public address from it: replace it with your own addresses
    `192.168.1.0/24` is private (RFC 1918), and no client connects to a public address from it: replace it with your own addresses
    `100.64.0.0/10` is shared address space of providers (RFC 6598), and no client connects to a public address from it: replace it with your own addresses
    `127.0.0.1/32` is the loopback of each machine (RFC 1122), and no other client connects from it: replace it with your own addresses
    `169.254.169.254/32` is link-local (RFC 3927), and no client connects to a public address from it: replace it with your own addresses
    `224.0.0.0/8` is for multicast or reserved (RFC 5771, RFC 1112), and no client connects from it: replace it with your own addresses
    `255.255.255.255/32` is for multicast or reserved (RFC 5771, RFC 1112), and no client connects from it: replace it with your own addresses
    ");
    let authorized = "kubernetes.authorized-ip-ranges=[192.168.0.0/16]";
    assert_eq!(doubts(authorized).len(), 1);
    for range in [
        "11.0.0.0/8",
        "172.32.0.0/16",
        "100.128.0.0/10",
        "192.169.0.0/16",
        "223.0.0.0/8",
    ] {
        assert_eq!(doubts(&expose(range)), [""; 0], "{range}");
    }
}

#[test]
fn verbs_of_this_machine_do_not_work_on_a_place_in_azure_and_say_what_does() {
    let world = world();
    assert_snapshot!(world.run("up -p azure"), @"
    --- stderr
    error: profile `azure` runs in Azure, and this verb works only on this machine
      hint: Run `harness promote --profile azure` for a topology in Azure.
      hint: Add `--backend k3d` or `--backend process` to run the same topology here.
    --- exit 64
    ");
    // What is not to be found by its name is named by its file.
    let file = world.run("up -f profiles/azure.yaml --set name=other");
    let promote = "Run `harness promote --file profiles/azure.yaml --set name=other` for a \
                   topology in Azure.";
    assert!(file.stderr.contains(promote), "{file}");
    let down = world.run("down -p azure");
    assert_eq!(down.code, 64, "{down}");
    assert!(
        down.stderr.contains("`harness destroy --profile azure`"),
        "{down}"
    );
    for verb in ["status", "logs", "open web", "outputs"] {
        let run = world.run(&format!("{verb} -p azure"));
        assert_eq!(run.code, 77, "{verb}: {run}");
        assert!(
            run.stderr.contains("could not sign in to Azure"),
            "{verb}: {run}"
        );
    }
    assert!(!world.path().join(".harness").exists(), "nothing was made");
    assert_eq!(world.run("up -p azure --backend simulated").code, 0);
    assert_eq!(world.run("down -p azure --backend simulated").code, 0);
}
