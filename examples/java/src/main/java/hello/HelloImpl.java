package hello;

import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

public class HelloImpl implements Hello {
  private final Greeting greeting =
      Workflow.newActivityStub(
          Greeting.class,
          ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(5)).build());

  @Override
  public String hello(String name) {
    return greeting.greet(name);
  }
}
