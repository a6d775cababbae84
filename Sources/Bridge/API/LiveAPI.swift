internal import CEL
package import Model
internal import Synchronization

/// A live cluster behind a base URL: what `kverify serve` serves.
package final class LiveAPI: APIHandler {
  private struct State {
    let cluster: LiveCluster
    var watches: [Int: LiveWatch] = [:]
    var lastWatch = 0
  }

  private let state: Mutex<State>
  /// Watches whose clients went away: taken out of the state by whoever holds it next, since a
  /// client may turn out to be gone while the state is held.
  private let gone = Mutex<[Int]>([])

  /// Serves a cluster, which nobody else uses from now on.
  package init(_ cluster: sending LiveCluster) {
    state = Mutex(State(cluster: cluster))
  }

  package func answer(_ call: HTTPCall, on channel: any ReplyChannel) {
    do throws(APIError) {
      if let reply = try ServerDocuments.reply(to: call, { state.withLock { $0.cluster.served } }) {
        return channel.reply(reply)
      }
      let raw = try call.rawRequest()
      guard let form = Negotiation.form(call.accept, query: call.query) else {
        throw .notAcceptable(["application/json"])
      }
      if raw.isWatch { return try watch(raw, form, channel) }
      channel.reply(HTTPReply(answer(raw, form)))
    } catch {
      channel.reply(HTTPReply(error.response))
    }
  }

  // MARK: Objects

  private func answer(_ raw: RawRequest, _ form: ObjectForm) -> APIResponse {
    state.withLock { state in
      let cluster = state.cluster
      do throws(APIError) {
        let request = try raw.request(cluster.server.resources)
        let before = cluster.store.revision
        var response = cluster.answer(request)
        if cluster.store.revision > before { tellWatches(&state, after: before) }
        if form != .whole {
          response.body = ObjectPresentation(
            form, of: request, cluster.served, now: cluster.store.now
          ).present(response.body)
        }
        return response
      } catch {
        return error.response
      }
    }
  }

  private func tellWatches(_ state: inout State, after revision: Int64) {
    dropGone(&state)
    guard !state.watches.isEmpty, let writes = state.cluster.store.writes(after: revision) else {
      return
    }
    for number in state.watches.keys.sorted() {
      guard var watch = state.watches[number] else { continue }
      let stays = watch.tell(writes, state.cluster)
      state.watches[number] = stays ? watch : nil
      if !stays { watch.channel.end() }
    }
  }

  // MARK: Watches

  /// Seconds between bookmarks of a watch that has something new.
  private static let bookmarkInterval = 60

  private func watch(_ raw: RawRequest, _ form: ObjectForm, _ channel: any ReplyChannel)
    throws(APIError)
  {
    let opened = state.withLock { state -> Result<(Int, Int)?, APIError> in
      do throws(APIError) {
        let list = try raw.request(state.cluster.server.resources)
        let (session, events) = try WatchSession.open(list, in: state.cluster)
        var watch = LiveWatch(session: session, request: list, form: form, channel: channel)
        channel.begin(contentType: "application/json")
        guard watch.send(events, state.cluster), !session.hasFailed else { return .success(nil) }
        state.lastWatch += 1
        state.watches[state.lastWatch] = watch
        return .success((state.lastWatch, session.timeout ?? .random(in: 1800..<3600)))
      } catch {
        return .failure(error)
      }
    }
    guard let (number, timeout) = try opened.get() else { return channel.end() }
    channel.onClose { [weak self] in self?.forget(number) }
    channel.after(seconds: timeout) { [weak self] in
      self?.remind(number)
      channel.end()
    }
    remindRegularly(number, channel)
  }

  private func remindRegularly(_ number: Int, _ channel: any ReplyChannel) {
    channel.after(seconds: Self.bookmarkInterval) { [weak self] in
      self?.remind(number)
      self?.remindRegularly(number, channel)
    }
  }

  /// Sends the bookmark that is due.
  private func remind(_ number: Int) {
    state.withLock { state in _ = state.watches[number]?.remind(state.cluster) }
  }

  private func forget(_ number: Int) {
    gone.withLock { $0.append(number) }
  }

  private func dropGone(_ state: inout State) {
    let numbers = gone.withLock { gone in
      defer { gone = [] }
      return gone
    }
    for number in numbers { state.watches[number] = nil }
  }

  /// How many watches are open.
  package var openWatches: Int {
    state.withLock { state in
      dropGone(&state)
      return state.watches.count
    }
  }
}

/// A watch of a client.
private struct LiveWatch {
  var session: WatchSession
  let request: APIRequest
  let form: ObjectForm
  let channel: any ReplyChannel

  /// Tells of writes; returns whether the watch goes on.
  mutating func tell(_ writes: ArraySlice<LiveStore.Write>, _ cluster: LiveCluster) -> Bool {
    let isServed = cluster.server.resources.resource(
      apiVersion: request.apiVersion, kind: request.kind)
    var events: [JSONValue] = []
    for write in writes {
      if let event = session.event(of: write) { events.append(event) }
    }
    return send(events, cluster) && isServed != nil
  }

  /// Sends the bookmark that is due, if any; returns whether the client is there.
  mutating func remind(_ cluster: LiveCluster) -> Bool {
    guard let bookmark = session.dueBookmark() else { return true }
    return send([bookmark], cluster)
  }

  /// Sends events; returns whether the client is there.
  mutating func send(_ events: [JSONValue], _ cluster: LiveCluster) -> Bool {
    if events.isEmpty { return true }
    let presentation = ObjectPresentation(
      form, of: request, cluster.served, now: cluster.store.now)
    var text = ""
    for event in events { text += presentation.present(event: event).text + "\n" }
    return channel.send(Array(text.utf8))
  }
}
