//! What is printed for other programs to read: schemas and completions.

use support::world::World;

#[test]
fn the_printed_schemas_are_the_published_ones() {
    let world = World::new();
    for (format, path) in [
        ("profile", "profiles/profile.schema.json"),
        ("scenario", "scenarios/scenario.schema.json"),
        ("report", "docs/report.schema.json"),
    ] {
        let published = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        let published = fs_err::read_to_string(published).expect("the schema is published");
        assert_eq!(world.run(&format!("schema {format}")).stdout, published);
        let json = world.run(&format!("schema {format} --output json"));
        assert_eq!(json.stdout, published);
    }
}

#[test]
fn there_are_completions_for_every_shell() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let run = world.run(&format!("completions {shell}"));
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains("dry-run"), "{shell}: {run}");
        let json = world
            .run(&format!("completions {shell} --output json"))
            .json();
        let script = json["script"].as_str().expect("text");
        assert_eq!(script.trim_end(), run.stdout.trim_end());
    }
}
