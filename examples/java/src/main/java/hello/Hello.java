package hello;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Greets with one activity. */
@WorkflowInterface
public interface Hello {
  @WorkflowMethod
  String hello(String name);
}
