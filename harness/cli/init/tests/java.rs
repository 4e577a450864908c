//! Workers in Java and Kotlin.

use insta::assert_snapshot;

use super::found;

const WORKER: &str = r"package com.example.orders;

public class OrderWorker {
  public static void main(String[] args) {
    WorkerFactory factory = WorkerFactory.newInstance(client);
    // factory.newWorker(NOT_THIS);
    Worker worker = factory.newWorker(Shared.TASK_QUEUE);
    factory.start();
  }
}
";

const SHARED: &str =
    "package com.example.orders;\n\ninterface Shared {\n  String TASK_QUEUE = \"orders\";\n}\n";

const WORKFLOW: &str = "package com.example.orders;\n\n@WorkflowInterface\npublic interface Order {\n  \
                        @WorkflowMethod\n  String run(String id);\n}\n";

const NAMED: &str = "@WorkflowInterface\npublic interface Refund {\n  \
                     @WorkflowMethod(name = \"refund\")\n  void run();\n}\n";

const SOURCES: [(&str, &str); 4] = [
    ("src/main/java/com/example/orders/OrderWorker.java", WORKER),
    ("src/main/java/com/example/orders/Shared.java", SHARED),
    ("src/main/java/com/example/orders/Order.java", WORKFLOW),
    ("src/main/java/com/example/orders/Refund.java", NAMED),
];

#[test]
fn a_maven_project() {
    let files = [&[("pom.xml", "<project/>")], &SOURCES[..]].concat();
    assert_snapshot!(found(&files), @r#"
    command: mvn -q exec:java -Dexec.mainClass=com.example.orders.OrderWorker, after mvn -q compile (src/main/java/com/example/orders/OrderWorker.java:7)
    queue: orders (src/main/java/com/example/orders/OrderWorker.java:7)
    type: Order ["{{ name }}"] (src/main/java/com/example/orders/Order.java:3)
    type: refund [] (src/main/java/com/example/orders/Refund.java:1)
    "#);
    let files = [&[("mvnw", "")], &files[..]].concat();
    let found = found(&files);
    assert!(found.starts_with("command: ./mvnw -q exec:java"), "{found}");
}

#[test]
fn a_gradle_project_that_can_run() {
    let script = "plugins {\n  application\n}\n";
    let files = [
        &[("build.gradle.kts", script), ("gradlew", "")],
        &SOURCES[..1],
    ]
    .concat();
    assert_snapshot!(found(&files), @"command: ./gradlew --no-daemon -q run, after ./gradlew --no-daemon -q classes (src/main/java/com/example/orders/OrderWorker.java:7)");
    let files = [&[("build.gradle", "plugins {}")], &SOURCES[..1]].concat();
    assert_eq!(found(&files), "", "there is no task to run it");
}

#[test]
fn a_spring_boot_application() {
    let application = "package a;\n\n@SpringBootApplication\npublic class App {}\n";
    let workflow = "@WorkflowImpl(taskQueues = \"orders\")\npublic class OrderImpl {}\n";
    let files = [
        (
            "pom.xml",
            "<artifactId>temporal-spring-boot-starter</artifactId>",
        ),
        ("src/main/java/a/App.java", application),
        ("src/main/java/a/OrderImpl.java", workflow),
    ];
    assert_snapshot!(found(&files), @"
    command: mvn -q spring-boot:run, after mvn -q compile (src/main/java/a/App.java:3)
    queue: orders (src/main/java/a/OrderImpl.java:1)
    ");
}

#[test]
fn a_program_in_kotlin() {
    let worker = "package a\n\nconst val QUEUE = \"orders\"\n\nfun main() {\n  \
                  val worker = factory.newWorker(QUEUE)\n}\n";
    let files = [("pom.xml", ""), ("src/main/kotlin/a/Worker.kt", worker)];
    assert_snapshot!(found(&files), @"
    command: mvn -q exec:java -Dexec.mainClass=a.WorkerKt, after mvn -q compile (src/main/kotlin/a/Worker.kt:6)
    queue: orders (src/main/kotlin/a/Worker.kt:6)
    ");
}
