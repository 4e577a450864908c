//! The example workers: complete projects with one workflow, which are part of the program.

use camino::Utf8Path;

use super::answers::{Answers, Argument, Load, Worker};
use super::findings::words;

/// The languages that have an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    Go,
    Python,
    Typescript,
    Java,
}

/// A small project in one language.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Paths and texts.
    files: &'static [(&'static str, &'static str)],
    command: &'static [&'static str],
    /// The compiler that runs before the worker.
    prepare: Option<&'static [&'static str]>,
    /// A shell command that installs what the worker needs, once.
    pub install: Option<&'static str>,
    /// What Git must not keep.
    pub ignored: &'static [&'static str],
}

/// The files of an example: paths below `examples/LANGUAGE`.
macro_rules! files {
    ($language:literal: $($path:literal),+ $(,)?) => {
        &[$((
            $path,
            include_str!(concat!("../../../examples/", $language, "/", $path)),
        )),+]
    };
}

const GO: Example = Example {
    files: files!("go": "README.md", "go.mod", "go.sum", "hello.go", "worker/main.go"),
    command: &[".harness/bin/worker"],
    prepare: Some(&["go", "build", "-o", ".harness/bin/worker", "./worker"]),
    install: None,
    ignored: &[],
};

const PYTHON: Example = Example {
    files: files!(
        "python": "README.md", "activities.py", "requirements.txt", "worker.py", "workflows.py"
    ),
    command: &[".venv/bin/python", "worker.py"],
    prepare: None,
    install: Some("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
    ignored: &[".venv/", "__pycache__/"],
};

const TYPESCRIPT: Example = Example {
    files: files!(
        "typescript":
        "README.md",
        "package.json",
        "src/activities.ts",
        "src/worker.ts",
        "src/workflows.ts",
        "tsconfig.json",
    ),
    command: &["node", "lib/worker.js"],
    prepare: Some(&["npm", "run", "build"]),
    install: Some("npm install"),
    ignored: &["lib/", "node_modules/"],
};

const JAVA: Example = Example {
    files: files!(
        "java":
        "README.md",
        "pom.xml",
        "src/main/java/hello/Greeting.java",
        "src/main/java/hello/GreetingImpl.java",
        "src/main/java/hello/Hello.java",
        "src/main/java/hello/HelloImpl.java",
        "src/main/java/hello/HelloWorker.java",
    ),
    command: &[
        "java",
        "-cp",
        "target/classes:target/dependency/*",
        "hello.HelloWorker",
    ],
    prepare: Some(&["mvn", "-q", "compile"]),
    install: None,
    ignored: &["target/"],
};

impl Language {
    pub fn example(self) -> Example {
        match self {
            Self::Go => GO,
            Self::Python => PYTHON,
            Self::Typescript => TYPESCRIPT,
            Self::Java => JAVA,
        }
    }
}

impl Example {
    /// Every file with its text.
    pub fn files(&self) -> impl Iterator<Item = (&'static Utf8Path, &'static str)> {
        let files = self.files.iter();
        files.map(|(path, text)| (Utf8Path::new(path), *text))
    }

    /// The values of the example, on this task queue.
    pub fn answers(&self, task_queue: &str) -> Answers {
        Answers {
            worker: Some(Worker {
                command: words(self.command),
                prepare: self.prepare.map(words),
                task_queue: task_queue.to_owned(),
            }),
            load: Some(Load {
                workflow_type: "Hello".to_owned(),
                input: vec![Argument::template("{{ name }}")],
                result: Some(Argument::template("Hello {{ name }}!")),
            }),
        }
    }
}
