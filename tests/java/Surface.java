// The official Java SDK, driven through the steps of ../sdk/steps.json: every
// method that it has of what an invite touches, with success, each answer held
// against the SDK's own types; every list to its end, an item a page. The SDK's
// methods are found by reflection, so that one that no step calls is noticed.
//
//	java -cp CLASSPATH Surface.java PROGRAM STEPS

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

public class Surface {
    // What else stands below organization() is about other things.
    static final String OTHERS = "(certificates|dataRetention|external\\w+"
        + "|spend\\w+|usage|workload\\w+|rateLimits|hosted\\w+"
        + "|modelPermissions|serviceTier\\w+)";

    // How the ids in a path are called, by the resource that they are of.
    static final Map<String, String> IDS = Map.of("invites", "inviteId",
        "users", "userId", "projects", "projectId", "groups", "groupId",
        "roles", "roleId", "service_accounts", "serviceAccountId",
        "api_keys", "apiKeyId", "admin_api_keys", "keyId");

    static final ObjectMapper JSON = new ObjectMapper();

    record Call(Object service, Method method) {}

    static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase();
    }

    static String camel(String name) {
        StringBuilder out = new StringBuilder();
        for (String part : name.split("_"))
            out.append(out.length() == 0 ? part
                : part.substring(0, 1).toUpperCase() + part.substring(1));
        return out.toString();
    }

    // The methods below a service, by their names elsewhere.
    static void collect(Object service, Class<?> type, String path,
                        Map<String, Call> into) throws Exception {
        for (Method method : type.getMethods()) {
            Class<?>[] takes = method.getParameterTypes();
            if (takes.length == 1
                    && takes[0].getSimpleName().endsWith("Params"))
                into.put(path + snake(method.getName()),
                    new Call(service, method));
            else if (takes.length == 0 && !method.getName().matches(OTHERS)
                    && !method.getName().startsWith("with")
                    && method.getReturnType().getSimpleName()
                        .endsWith("Service"))
                collect(method.invoke(service), method.getReturnType(),
                    path + snake(method.getName()) + ".", into);
        }
    }

    // ---- the daemon -------------------------------------------------------

    static Process daemon;
    static String url, key;

    static void start(String program) throws Exception {
        File data = Files.createTempDirectory("invited-test-").toFile();
        daemon = new ProcessBuilder(program, "serve", "--listen",
            "127.0.0.1:0", "--data", data.getPath(), "--mail", "none:")
            .redirectError(new File(data, "log")).start();
        BufferedReader out = new BufferedReader(
            new InputStreamReader(daemon.getInputStream()));
        for (String line; url == null && (line = out.readLine()) != null; ) {
            if (line.startsWith("admin key: ")) key = line.substring(11);
            if (line.startsWith("listening on ")) url = line.substring(13);
        }
    }

    static JsonNode post(String path, Map<String, Object> body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(
                JSON.writeValueAsString(body))).build();
        return JSON.readTree(HttpClient.newHttpClient().send(request,
            HttpResponse.BodyHandlers.ofString()).body());
    }

    // Invites somebody, who accepts; their id.
    static String join(String email) throws Exception {
        String link = post("/v1/organization/invites", Map.of("email", email,
            "role", "reader", "send_email", false)).get("accept_url").asText();
        return post("/v1/invitations/accept", Map.of("name", "Ada", "token",
            link.substring(link.indexOf('#') + 1))).get("user_id").asText();
    }

    // ---- parameters -------------------------------------------------------

    // The value as one of the types that the setters of that name take.
    static Object fitted(JsonNode value, Class<?> type) throws Exception {
        if (value.isArray())
            return type == List.class
                ? JSON.convertValue(value, List.class) : null;
        if (value.isBoolean())
            return type == boolean.class ? value.asBoolean() : null;
        if (value.isNumber())
            return type == long.class ? value.asLong() : null;
        if (type == String.class) return value.asText();
        try {
            return type.getMethod("of", String.class)
                .invoke(null, value.asText());
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    static void set(Object builder, String name, JsonNode value)
            throws Exception {
        for (Method setter : builder.getClass().getMethods()) {
            if (!setter.getName().equals(name)
                    || setter.getParameterCount() != 1) continue;
            Object fitted = fitted(value, setter.getParameterTypes()[0]);
            if (fitted == null) continue;
            setter.invoke(builder, fitted);
            return;
        }
        throw new NoSuchMethodException(builder.getClass() + "." + name);
    }

    static Object params(Call call, String name, JsonNode ids, JsonNode body)
            throws Exception {
        Class<?> type = call.method().getParameterTypes()[0];
        Object builder = type.getMethod("builder").invoke(null);
        String[] path = name.split("\\.");
        for (int i = 0; i < ids.size(); i++)
            set(builder, IDS.get(path[i]), ids.get(i));
        for (Map.Entry<String, JsonNode> one : body.properties())
            set(builder, camel(one.getKey()), one.getValue());
        if (name.endsWith(".list"))
            set(builder, "limit", JSON.valueToTree(1));
        return builder.getClass().getMethod("build").invoke(builder);
    }

    // ---- the steps --------------------------------------------------------

    static final Map<String, String> known = new HashMap<>();
    static final List<String> failed = new ArrayList<>();

    // With what the "$names" in it stand for.
    static JsonNode filled(JsonNode node) throws Exception {
        String text = node.toString();
        for (Map.Entry<String, String> one : known.entrySet())
            text = text.replace("\"$" + one.getKey() + "\"",
                "\"" + one.getValue() + "\"");
        return JSON.readTree(text);
    }

    static void count(String name, Object page) throws Exception {
        int count = 0;
        Object pager = page.getClass().getMethod("autoPager").invoke(page);
        for (Object item : (Iterable<?>) pager) {
            item.getClass().getMethod("validate").invoke(item);
            if (++count == 100) break;
        }
        if (count < 1 || count > 99)
            failed.add(name + ": " + count + " items");
    }

    static void take(Call call, String name, JsonNode step) throws Exception {
        JsonNode ids = filled(step.get(1)), body = filled(step.get(2));
        Object result = call.method().invoke(call.service(),
            params(call, name, ids, body));
        if (name.endsWith(".list")) {
            count(name, result);
            return;
        }
        result.getClass().getMethod("validate").invoke(result);
        if (step.size() > 3)
            known.put(step.get(3).asText(), (String)
                result.getClass().getMethod("id").invoke(result));
    }

    static void run(Map<String, Call> calls, String steps) throws Exception {
        Set<String> left = new TreeSet<>(calls.keySet());
        for (JsonNode step : JSON.readTree(new File(steps))) {
            String name = step.get(0).asText();
            left.remove(name);
            try {
                take(calls.get(name), name, step);
            } catch (InvocationTargetException e) {
                failed.add(name + ": " + e.getCause());
            } catch (Exception e) {
                failed.add(name + ": " + e);
            }
        }
        for (String name : left) failed.add("no step calls " + name);
    }

    public static void main(String[] args) throws Exception {
        start(args[0]);
        try {
            Object organization = OpenAIOkHttpClient.builder()
                .adminApiKey(key).baseUrl(url + "/v1").maxRetries(0).build()
                .admin().organization();
            Map<String, Call> calls = new TreeMap<>();
            collect(organization, organization.getClass().getInterfaces()[0],
                "", calls);
            for (String name : Arrays.asList("root", "ada", "bob"))
                known.put(name, join(name + "@example.com"));
            run(calls, args[1]);
            System.out.println(calls.size() + " methods");
        } finally {
            daemon.destroy();
            if (daemon.waitFor() != 0) failed.add("the daemon failed");
        }
        failed.forEach(System.out::println);
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
