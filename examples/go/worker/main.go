// The worker: polls one task queue until SIGTERM or SIGINT.
package main

import (
	"log"
	"os"

	"hello"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

func main() {
	connection, err := client.Dial(client.Options{
		HostPort:  setting("TEMPORAL_ADDRESS", "localhost:7233"),
		Namespace: setting("TEMPORAL_NAMESPACE", "default"),
	})
	if err != nil {
		log.Fatalln("could not connect to Temporal:", err)
	}
	defer connection.Close()

	w := worker.New(connection, setting("TEMPORAL_TASK_QUEUE", "hello"), worker.Options{})
	w.RegisterWorkflow(hello.Hello)
	w.RegisterActivity(hello.Greet)
	// InterruptCh receives SIGINT and SIGTERM. Run then waits for the tasks that run.
	if err := w.Run(worker.InterruptCh()); err != nil {
		log.Fatalln("the worker failed:", err)
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
