import CCurl
import Glibc

/// Opens the sockets of curl, each for an address that a name was resolved to.
enum SocketOpening {
    /// Link-local addresses hand out the credentials of a cloud machine (169.254.169.254, fd00:ec2::254); no provider is
    /// there. Looked at after the name is resolved, so neither another spelling nor a name that leads there helps.
    static func isAllowed(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { v4 in
                !isLinkLocal(UInt32(bigEndian: v4.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { v6 in
                withUnsafeBytes(of: v6.pointee.sin6_addr) { isAllowed(Array($0)) }
            }
        default: return true
        }
    }

    private static func isLinkLocal(_ address: UInt32) -> Bool { address >> 16 == 0xA9FE }

    private static func isAllowed(_ bytes: [UInt8]) -> Bool {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return !(bytes[12] == 169 && bytes[13] == 254) }
        let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
        let isAmazonMetadata = bytes == [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]
        return !isLinkLocal && !isAmazonMetadata
    }

    /// A socket for the address; curl's mark of failure where it may not be spoken to.
    static func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let place = address.pointee
        return socket(place.family, place.socktype | Int32(SOCK_CLOEXEC.rawValue), place.protocol)
    }
}
