//! The examples: what is found in their sources is what `init` writes for them.

use std::io;

use super::super::{Language, Plan, Request, Tree, check, findings};

const LANGUAGES: [Language; 4] = [
    Language::Go,
    Language::Python,
    Language::Typescript,
    Language::Java,
];

#[test]
fn every_example_loads() {
    for language in LANGUAGES {
        let example = language.example();
        let answers = example.answers("hello");
        let request = Request {
            answers: &answers,
            has_image: false,
            github: true,
            install: example.install.map(str::to_owned).into_iter().collect(),
            example: Some(example),
        };
        let plan = Plan::of(&request, &|_| None);
        check(&plan, &|_| Err(io::ErrorKind::NotFound.into())).expect("it loads");
    }
}

#[test]
fn every_file_of_an_example_is_part_of_the_program() {
    for language in LANGUAGES {
        let name = format!("{language:?}").to_lowercase();
        let folder = testing::project().join("examples").join(name);
        let mut here: Vec<String> = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in next.read_dir_utf8().expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path.to_owned());
                } else {
                    let path = path.strip_prefix(&folder).expect("below it");
                    here.push(path.to_string());
                }
            }
        }
        here.sort();
        let example = language.example();
        let mut known: Vec<&str> = example.files().map(|(path, _)| path.as_str()).collect();
        known.sort_unstable();
        assert_eq!(here, known);
    }
}

#[test]
fn what_is_found_in_an_example_is_what_it_is() {
    for language in LANGUAGES {
        let example = language.example();
        let files = example.files().map(|(path, text)| (path.as_str(), text));
        let found = findings(&Tree::of("hello", files));
        let first = |found: &[super::Suggestion<String>]| found[0].value.clone();
        let workflow = &found.workflows[0].value;
        assert_eq!(workflow.name, "Hello", "{language:?}");
        let sample = workflow.sample().expect("it has parameters");
        assert_eq!(sample, r#"["{{ name }}"]"#, "{language:?}");
        assert_eq!(first(&found.task_queues), "hello", "{language:?}");
        assert!(!found.commands.is_empty(), "{language:?}");
        assert!(!found.has_own_address, "{language:?}");
    }
}
