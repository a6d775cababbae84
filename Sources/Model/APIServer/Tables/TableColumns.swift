internal import CEL

/// One column of a table: what it is called and what it shows of an object.
struct TableColumn: Sendable {
  let name: String
  let type: String
  let format: String
  let description: String
  /// 0 where it is always shown, 1 where only wide output shows it.
  let priority: Int64
  let cell: @Sendable (JSONObject) -> JSONValue

  init(
    _ name: String, type: String = "string", format: String = "", description: String = "",
    priority: Int64 = 0, cell: @escaping @Sendable (JSONObject) -> JSONValue
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.description = description
    self.priority = priority
    self.cell = cell
  }

  /// The column as the table's definition of it.
  var definition: JSONValue {
    [
      "name": .string(name), "type": .string(type), "format": .string(format),
      "description": .string(description), "priority": .int(priority),
    ]
  }
}

/// The columns of built-in kinds.
///
/// Follows pkg/printers/internalversion/printers.go. Kinds that are not here have name and age.
struct TableColumns {
  /// The time against which ages are told.
  let now: String

  /// The columns of a kind.
  func of(_ kind: GroupKind) -> [TableColumn] {
    let middle: [TableColumn]
    switch kind.description {
    case "Pod": middle = pod
    case "Deployment.apps": middle = deployment
    case "ReplicaSet.apps", "ReplicationController": middle = replicaSet
    case "StatefulSet.apps": middle = [ready]
    case "DaemonSet.apps": middle = daemonSet
    case "Job.batch":
      middle = [
        Self.column("Completions") { job in
          let wanted = job.at("spec", "completions")?.int.map(String.init) ?? "1"
          return .string("\(job.at("status", "succeeded")?.int ?? 0)/\(wanted)")
        }
      ]
    case "CronJob.batch":
      middle = [
        Self.text("Schedule", "spec", "schedule"), Self.flag("Suspend", "spec", "suspend"),
        Self.column("Active", type: "integer") {
          .int(Int64($0.at("status", "active")?.array?.count ?? 0))
        },
      ]
    case "HorizontalPodAutoscaler.autoscaling": middle = autoscaler
    case "PodDisruptionBudget.policy":
      middle = [
        Self.any("Min Available", "spec", "minAvailable"),
        Self.any("Max Unavailable", "spec", "maxUnavailable"),
        Self.number("Allowed Disruptions", "status", "disruptionsAllowed"),
      ]
    case "Service": middle = service
    case "ConfigMap": middle = [Self.entries("data", "binaryData")]
    case "Secret": middle = [Self.text("Type", "type"), Self.entries("data")]
    case "Namespace": middle = [Self.text("Status", "status", "phase")]
    case "Node": middle = node
    case "PersistentVolumeClaim":
      middle = [
        Self.text("Status", "status", "phase"), Self.text("Volume", "spec", "volumeName"),
        Self.text("StorageClass", "spec", "storageClassName"),
      ]
    case "Lease.coordination.k8s.io": middle = [Self.text("Holder", "spec", "holderIdentity")]
    case "Event": return event
    case "CustomResourceDefinition.apiextensions.k8s.io": return [Self.name, Self.created]
    default: return [Self.name, age]
    }
    return [Self.name] + middle + [age]
  }

  // MARK: Parts

  static let name = TableColumn(
    "Name", format: "name", description: "Name must be unique within a namespace."
  ) { .string($0.name) }

  static let created = TableColumn("Created At", type: "date") {
    $0.metadata["creationTimestamp"] ?? ""
  }

  /// How long ago the object was made.
  var age: TableColumn {
    TableColumn("Age") { object in
      .string(HumanDuration.between(object.metadata["creationTimestamp"]?.string, now))
    }
  }

  private static func column(
    _ name: String, type: String = "string", cell: @escaping @Sendable (JSONObject) -> JSONValue
  ) -> TableColumn {
    TableColumn(name, type: type, cell: cell)
  }

  private static func text(_ name: String, _ path: String...) -> TableColumn {
    column(name) { .string($0.value(at: path[...])?.string ?? "") }
  }

  private static func number(_ name: String, _ path: String...) -> TableColumn {
    column(name, type: "integer") { .int($0.value(at: path[...])?.int ?? 0) }
  }

  private static func flag(_ name: String, _ path: String...) -> TableColumn {
    column(name, type: "boolean") { .bool($0.value(at: path[...])?.bool ?? false) }
  }

  private static func any(_ name: String, _ path: String...) -> TableColumn {
    column(name) { object in
      let value = object.value(at: path[...])
      return .string(value.map { $0.string ?? $0.text } ?? "N/A")
    }
  }

  private static func entries(_ fields: String...) -> TableColumn {
    column("Data", type: "integer") { object in
      .int(Int64(fields.reduce(0) { $0 + (object[$1]?.object?.count ?? 0) }))
    }
  }

  /// How many of the wanted replicas are ready.
  private var ready: TableColumn {
    Self.column("Ready") { object in
      let wanted = object.at("spec", "replicas")?.int ?? 0
      return .string("\(object.at("status", "readyReplicas")?.int ?? 0)/\(wanted)")
    }
  }

  private var deployment: [TableColumn] {
    [
      ready, Self.number("Up-to-date", "status", "updatedReplicas"),
      Self.number("Available", "status", "availableReplicas"),
    ]
  }

  private var replicaSet: [TableColumn] {
    [
      Self.number("Desired", "spec", "replicas"), Self.number("Current", "status", "replicas"),
      Self.number("Ready", "status", "readyReplicas"),
    ]
  }

  private var daemonSet: [TableColumn] {
    [
      Self.number("Desired", "status", "desiredNumberScheduled"),
      Self.number("Current", "status", "currentNumberScheduled"),
      Self.number("Ready", "status", "numberReady"),
      Self.number("Up-to-date", "status", "updatedNumberScheduled"),
      Self.number("Available", "status", "numberAvailable"),
    ]
  }

  private var autoscaler: [TableColumn] {
    [
      Self.column("Reference") { object in
        let target = object.at("spec", "scaleTargetRef")
        return .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")")
      },
      Self.number("MinPods", "spec", "minReplicas"), Self.number("MaxPods", "spec", "maxReplicas"),
      Self.number("Replicas", "status", "currentReplicas"),
    ]
  }

  private var service: [TableColumn] {
    [
      Self.text("Type", "spec", "type"), Self.text("Cluster-IP", "spec", "clusterIP"),
      Self.column("External-IP") { object in
        let addresses = (object.at("spec", "externalIPs")?.array ?? []).compactMap(\.string)
        return .string(addresses.isEmpty ? "<none>" : addresses.joined(separator: ","))
      },
      Self.column("Port(s)") { object in
        let ports = (object.at("spec", "ports")?.array ?? []).map { port in
          let node = port["nodePort"]?.int.map { ":\($0)" } ?? ""
          return "\(port["port"]?.int ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
        }
        return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
      },
    ]
  }

  private var node: [TableColumn] {
    [
      Self.column("Status") { node in
        let conditions = node.at("status", "conditions")?.array ?? []
        let ready = conditions.first { $0["type"] == "Ready" }?["status"]?.string
        let state = ready.map { $0 == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        let isClosed = node.at("spec", "unschedulable")?.bool == true
        return .string(isClosed ? state + ",SchedulingDisabled" : state)
      },
      Self.text("Version", "status", "nodeInfo", "kubeletVersion"),
    ]
  }

  private var event: [TableColumn] {
    [
      Self.column("Last Seen") { event in
        let seen = event["lastTimestamp"]?.string ?? event["eventTime"]?.string
        return .string(HumanDuration.between(seen, now))
      },
      Self.text("Type", "type"), Self.text("Reason", "reason"),
      Self.column("Object") { event in
        let object = event["involvedObject"]
        let kind = object?["kind"]?.string ?? ""
        return .string("\(kind.lowercased())/\(object?["name"]?.string ?? "")")
      },
      Self.text("Message", "message"),
    ]
  }

  // MARK: Pods

  private var pod: [TableColumn] {
    [
      Self.column("Ready") { pod in
        let statuses = pod.at("status", "containerStatuses")?.array ?? []
        let wanted = pod.at("spec", "containers")?.array?.count ?? 0
        return .string("\(statuses.count { $0["ready"]?.bool == true })/\(wanted)")
      },
      Self.column("Status") { .string(Self.state(of: $0)) },
      Self.column("Restarts") { pod in
        let statuses = pod.at("status", "containerStatuses")?.array ?? []
        return .string(String(statuses.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }))
      },
    ]
  }

  /// The one word for a Pod's state (printPod).
  private static func state(of pod: JSONObject) -> String {
    if pod.deletionTimestamp != nil { return "Terminating" }
    for status in pod.at("status", "containerStatuses")?.array ?? [] {
      for state in ["waiting", "terminated"] {
        let reason = status["state"]?[state]?["reason"]?.string ?? ""
        if !reason.isEmpty { return reason }
      }
    }
    return pod.at("status", "reason")?.string ?? pod.at("status", "phase")?.string ?? ""
  }
}
