// Package hello has one workflow with one activity.
package hello

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"
)

// Hello greets with one activity.
func Hello(ctx workflow.Context, name string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Second,
	})
	var greeting string
	err := workflow.ExecuteActivity(ctx, Greet, name).Get(ctx, &greeting)
	return greeting, err
}

// Greet makes the greeting.
func Greet(_ context.Context, name string) (string, error) {
	return "Hello " + name + "!", nil
}
