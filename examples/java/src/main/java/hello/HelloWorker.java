package hello;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.util.concurrent.TimeUnit;

/** The worker: polls one task queue until SIGTERM or SIGINT. */
public class HelloWorker {
  public static void main(String[] arguments) {
    WorkflowServiceStubs service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget(setting("TEMPORAL_ADDRESS", "localhost:7233"))
                .build());
    WorkflowClient client =
        WorkflowClient.newInstance(
            service,
            WorkflowClientOptions.newBuilder()
                .setNamespace(setting("TEMPORAL_NAMESPACE", "default"))
                .build());
    WorkerFactory factory = WorkerFactory.newInstance(client);
    Worker worker = factory.newWorker(setting("TEMPORAL_TASK_QUEUE", "hello"));
    worker.registerWorkflowImplementationTypes(HelloImpl.class);
    worker.registerActivitiesImplementations(new GreetingImpl());
    // The JVM runs this on SIGTERM. It waits for the tasks that run.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  factory.shutdown();
                  factory.awaitTermination(20, TimeUnit.SECONDS);
                  service.shutdown();
                }));
    factory.start();
  }

  private static String setting(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
