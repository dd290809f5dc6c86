extension WebSocketFrames {
    package enum Opcode: UInt8, Hashable, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// One frame. A client masks each with four random bytes, a server none.
    package static func frame(
        _ opcode: Opcode, _ payload: [UInt8], isFinal: Bool = true, mask: [UInt8]? = nil
    ) -> [UInt8] {
        var frame = [opcode.rawValue | (isFinal ? 0x80 : 0)]
        frame.reserveCapacity(payload.count + 14)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ...125: frame.append(maskBit | UInt8(payload.count))
        case ...0xFFFF: frame += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            frame.append(maskBit | 127)
            frame += stride(from: 56, through: 0, by: -8).map { UInt8(payload.count >> $0 & 0xFF) }
        }
        guard let mask else { return frame + payload }
        return frame + mask + masked(payload, by: mask)
    }

    /// The payload of a close frame. A reason is cut to what a control frame holds.
    package static func closePayload(_ code: Int, _ reason: String = "") -> [UInt8] {
        var reason = reason
        while reason.utf8.count > 123 { reason.removeLast() }
        return [UInt8(code >> 8 & 0xFF), UInt8(code & 0xFF)] + reason.utf8
    }

    static func masked(_ payload: some Sequence<UInt8>, by mask: [UInt8]) -> [UInt8] {
        payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    /// What is before the payload of a frame.
    struct Head {
        let isFinal: Bool
        let opcode: Opcode
        /// Of the payload.
        let length: Int
        let mask: [UInt8]?
        /// Of the head itself.
        let size: Int

        /// Nil while it is not complete.
        init?(_ bytes: ArraySlice<UInt8>) throws(WebSocketFault) {
            guard bytes.count >= 2 else { return nil }
            let (first, second) = (bytes[bytes.startIndex], bytes[bytes.startIndex + 1])
            guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0F) else {
                throw .protocolError("a frame is of an unknown kind")
            }
            let short = Int(second & 0x7F)
            let extra = short == 126 ? 2 : short == 127 ? 8 : 0
            let maskSize = second & 0x80 == 0 ? 0 : 4
            guard bytes.count >= 2 + extra + maskSize else { return nil }
            let rest = bytes.dropFirst(2)
            let long = rest.prefix(extra).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard extra == 0 || (extra == 2 ? 126...0xFFFF : 0x10000...UInt64(Int32.max)).contains(long) else {
                throw long > UInt64(Int32.max)
                    ? .tooLarge(Int(Int32.max)) : .protocolError("a length is written wrongly")
            }
            (isFinal, self.opcode) = (first & 0x80 != 0, opcode)
            length = extra == 0 ? short : Int(long)
            mask = maskSize == 0 ? nil : Array(rest.dropFirst(extra).prefix(4))
            size = 2 + extra + maskSize
        }

        func unmasked(_ payload: ArraySlice<UInt8>) -> [UInt8] {
            mask.map { WebSocketFrames.masked(payload, by: $0) } ?? Array(payload)
        }
    }
}
