/// The frames of a WebSocket connection (RFC 6455, section 5): bytes in, events out.
///
/// A machine without I/O. Fragments are joined, texts are checked for UTF-8, and the first fault is the last event.
package struct WebSocketFrames: Sendable {
    /// Whose frames are read: a client masks its own, a server does not.
    package enum Sender: Hashable, Sendable { case client, server }

    package enum Event: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        /// The other side ends the connection. Nothing follows.
        case close(code: Int?, reason: String)
        /// The other side broke the protocol; end the connection with this code. Nothing follows.
        case fault(WebSocketFault)
    }

    private let sender: Sender
    /// In bytes, of one message.
    private let limit: Int
    private var bytes: [UInt8] = []
    private var message: (opcode: Opcode, payload: [UInt8])?
    private var isOver = false

    package init(from sender: Sender, messageLimit: Int = 4 << 20) {
        (self.sender, limit) = (sender, messageLimit)
    }

    /// Takes what has arrived, cut anywhere.
    package mutating func receive(_ more: some Sequence<UInt8>) -> [Event] {
        guard !isOver else { return [] }
        bytes += more
        var events: [Event] = []
        var place = 0
        do throws(WebSocketFault) {
            while !isOver, let head = try Head(bytes[place...]) {
                try check(head)
                guard bytes.count - place - head.size >= head.length else { break }
                let start = place + head.size
                place = start + head.length
                if let event = try take(head, head.unmasked(bytes[start..<place])) { events.append(event) }
            }
        } catch {
            isOver = true
            events.append(.fault(error))
        }
        bytes.removeFirst(place)
        if isOver { bytes = [] }
        return events
    }

    private func check(_ head: Head) throws(WebSocketFault) {
        guard (head.mask != nil) == (sender == .client) else { throw .protocolError("a frame is masked wrongly") }
        if head.opcode.isControl {
            guard head.isFinal, head.length <= 125 else { throw .protocolError("a control frame is too long") }
            return
        }
        guard (head.opcode == .continuation) == (message != nil) else {
            throw .protocolError("the fragments of a message are out of order")
        }
        guard head.length <= limit - (message?.payload.count ?? 0) else { throw .tooLarge(limit) }
    }

    private mutating func take(_ head: Head, _ payload: [UInt8]) throws(WebSocketFault) -> Event? {
        switch head.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            let event = try Self.close(payload)
            isOver = true
            return event
        case .text, .binary: message = (head.opcode, payload)
        case .continuation: message?.payload += payload
        }
        guard head.isFinal, let (opcode, payload) = message else { return nil }
        message = nil
        return opcode == .binary ? .binary(payload) : .text(try Self.text(payload))
    }

    private static func text(_ payload: [UInt8]) throws(WebSocketFault) -> String {
        guard let text = String(validating: payload, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    private static func close(_ payload: [UInt8]) throws(WebSocketFault) -> Event {
        guard !payload.isEmpty else { return .close(code: nil, reason: "") }
        guard payload.count > 1 else { throw .protocolError("a close frame has half a code") }
        let code = Int(payload[0]) << 8 | Int(payload[1])
        guard (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code) else {
            throw .protocolError("a close frame has the invalid code \(code)")
        }
        return .close(code: code, reason: try text(Array(payload[2...])))
    }
}

/// How the other side broke the protocol.
package struct WebSocketFault: Error, Hashable, Sendable {
    /// The code to close with (RFC 6455, section 7.4.1).
    package var code: Int
    /// Without a subject and a full stop.
    package var reason: String

    static func protocolError(_ reason: String) -> Self { Self(code: 1002, reason: reason) }
    static let notUTF8 = Self(code: 1007, reason: "a text is not UTF-8")
    static func tooLarge(_ limit: Int) -> Self { Self(code: 1009, reason: "a message is larger than \(limit) bytes") }
}
