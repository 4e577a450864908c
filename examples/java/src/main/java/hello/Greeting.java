package hello;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

@ActivityInterface
public interface Greeting {
  /** Makes the greeting. */
  @ActivityMethod
  String greet(String name);
}
