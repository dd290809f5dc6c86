import WebServer

/// The two ways in which the simulated providers are told who asks.
enum Authorization {
    static func isBearer(_ request: WebRequest, token: String) -> Bool {
        let header = request.header("authorization") ?? ""
        return header == "Bearer \(token)" || header == "token \(token)"
    }

    static func isBasic(_ request: WebRequest, user: String, password: String) -> Bool {
        request.header("authorization") == "Basic " + base64("\(user):\(password)")
    }

    private static func base64(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padded = Array(group) + Array(repeating: 0, count: 3 - group.count)
            let number = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
            for place in 0..<4 {
                result.append(place <= group.count ? digits[number >> (18 - 6 * place) & 63] : "=")
            }
        }
        return result
    }
}
