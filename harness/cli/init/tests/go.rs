//! Workers in Go.

use insta::assert_snapshot;

use super::found;

const MODULE: (&str, &str) = ("go.mod", "module example.com/orders\n\ngo 1.24\n");

#[test]
fn a_program_that_creates_its_worker() {
    let main = r#"package main

import (
	"log"

	"example.com/orders"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// worker.New(c, "not-this", worker.Options{})
func main() {
	c, err := client.Dial(client.Options{})
	if err != nil {
		log.Fatalln(err)
	}
	w := worker.New(c, orders.TaskQueue, worker.Options{})
	w.RegisterWorkflow(orders.Order)
	w.RegisterWorkflowWithOptions(orders.Refund, workflow.RegisterOptions{Name: "refund-v2"})
	w.RegisterActivity(orders.Charge)
}
"#;
    let shared = r#"package orders

const (
	Other = "x"
	TaskQueue = "orders"
)

func Order(ctx workflow.Context, id, customer string, total int64) error {}

func (s *Service) Refund(ctx workflow.Context, order Order) (string, error) {}
"#;
    let starter = "package main\n\nimport \"go.temporal.io/sdk/client\"\n\nfunc main() {}\n";
    let files = [
        MODULE,
        ("worker/main.go", main),
        ("orders.go", shared),
        ("starter/main.go", starter),
    ];
    assert_snapshot!(found(&files), @r#"
    command: .harness/bin/worker, after go build -o .harness/bin/worker ./worker (worker/main.go:17)
    queue: orders (worker/main.go:17)
    type: Order ["{{ name }}", "{{ name }}", 1] (worker/main.go:18)
    type: refund-v2 [{}] (worker/main.go:19)
    "#);
}

#[test]
fn a_package_that_a_program_imports() {
    let package = "package jobs\n\nimport sdk \"go.temporal.io/sdk/worker\"\n\n\
                   func Run(c C) { w := sdk.New(c, \"jobs\", sdk.Options{}); w.RegisterWorkflow(Job) }\n\n\
                   func Job(ctx workflow.Context) error { return nil }\n\n\
                   func All(w W) { for _, f := range all() { w.RegisterWorkflow(f) } }\n";
    let main = "package main\n\nimport (\n\t\"example.com/orders/internal/jobs\"\n)\n\n\
                func main() { jobs.Run(nil) }\n";
    let files = [
        MODULE,
        ("internal/jobs/run.go", package),
        ("cmd/jobs/main.go", main),
    ];
    assert_snapshot!(found(&files), @"
    command: .harness/bin/jobs, after go build -o .harness/bin/jobs ./cmd/jobs (cmd/jobs/main.go:4)
    queue: jobs (internal/jobs/run.go:5)
    type: Job [] (internal/jobs/run.go:5)
    ");
}

#[test]
fn two_programs_with_a_worker_are_told_apart_and_a_type_has_the_name_of_a_constant() {
    let main = |function: &str, options: &str| {
        format!(
            "package main\n\nimport \"go.temporal.io/sdk/worker\"\n\nconst Refunds = \"refund\"\n\n\
             func main() {{\n\tw := worker.New(c, \"q\", worker.Options{{}})\n\
             \tw.RegisterWorkflowWithOptions({function}, workflow.RegisterOptions{{{options}}})\n}}\n"
        )
    };
    let orders = main("Order", "Name: prefix + name");
    let refunds = main(
        "Refund",
        "Name: Refunds, DisableAlreadyRegisteredCheck: true",
    );
    let files = [
        MODULE,
        ("orders/worker/main.go", &*orders),
        ("refunds/worker/main.go", &*refunds),
    ];
    assert_snapshot!(found(&files), @"
    command: .harness/bin/orders-worker, after go build -o .harness/bin/orders-worker ./orders/worker (orders/worker/main.go:8)
    command: .harness/bin/refunds-worker, after go build -o .harness/bin/refunds-worker ./refunds/worker (refunds/worker/main.go:8)
    queue: q (orders/worker/main.go:8)
    type: refund (refunds/worker/main.go:9)
    ");
}

#[test]
fn a_module_below_the_folder_and_a_queue_from_the_environment() {
    let main = "package main\n\nimport \"go.temporal.io/sdk/worker\"\n\nfunc main() {\n\
                \tqueue := os.Getenv(\"TEMPORAL_TASK_QUEUE\")\n\
                \tw := worker.New(c, queue, worker.Options{})\n}\n";
    let files = [("backend/go.mod", MODULE.1), ("backend/main.go", main)];
    assert_snapshot!(found(&files), @"
    command: .harness/bin/backend, after go -C backend build -o ../.harness/bin/backend . (backend/main.go:7)
    queue: my-orders (backend/main.go:6)
    ");
}
