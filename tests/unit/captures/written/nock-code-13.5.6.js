
nock('http://127.0.0.1:8917', {"encodedQueryParams":true})
  .get('/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts/DY40825dae7f91b2c3d4e5f60718293a4b')
  .reply(200, {"sid":"DY40825dae7f91b2c3d4e5f60718293a4b","account_sid":"AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6","conversation_sid":"CH2e603b8c5d7f90a1b2c3d4e5f6071829","message_sid":"IM3f714c9d6e80a1b2c3d4e5f60718293a","channel_message_sid":"SM62a47fc091b3d4e5f60718293a4b5c6d","participant_sid":"MB51936ebf80a2c3d4e5f60718293a4b5c","status":"delivered","error_code":null,"date_created":"2026-03-02T09:15:00Z","date_updated":"2026-03-02T09:15:04Z","url":"https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts/DY40825dae7f91b2c3d4e5f60718293a4b"}, [
  'Server',
  'BaseHTTP/0.6 Python/3.11.7',
  'Date',
  'Sat, 28 Nov 2026 20:13:14 GMT',
  'Content-Type',
  'application/json',
  'Content-Length',
  '633'
]);

nock('http://127.0.0.1:8917', {"encodedQueryParams":true})
  .get('/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts/DY0123456789abcdef0123456789abcde0')
  .reply(200, {"sid":"DY0123456789abcdef0123456789abcde0","account_sid":"AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6","conversation_sid":"CH2e603b8c5d7f90a1b2c3d4e5f6071829","message_sid":"IM3f714c9d6e80a1b2c3d4e5f60718293a","channel_message_sid":"SM62a47fc091b3d4e5f60718293a4b5c6d","participant_sid":"MB51936ebf80a2c3d4e5f60718293a4b5c","status":"queued","error_code":null,"date_created":"2026-03-02T09:15:00Z","date_updated":"2026-03-02T09:15:04Z","url":"https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts/DY0123456789abcdef0123456789abcde0"}, [
  'Server',
  'BaseHTTP/0.6 Python/3.11.7',
  'Date',
  'Sat, 28 Nov 2026 20:13:14 GMT',
  'Content-Type',
  'application/json',
  'Content-Length',
  '630'
]);