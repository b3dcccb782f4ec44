# Payments; { $price } comes with its currency, { $time } with its zone
payment-title = <b>Payment</b>
    A gift of Telegram Stars to whoever runs this bot. It buys nothing: it shows how a payment goes.
payment-amount = Amount: { $price }
payment-bill = Bill for { $price }
payment-mug = By card
payment-history = Payments
payment-at-the-end = A bill is for 1 to 10000 Stars
payment-in-private = Bills are personal. Send /payment in the private chat.

mug-title = <b>A mug for { $price }</b>
    It shows how a card is charged: with an address, shipping to { $countries }, and a tip. No mug is ever sent.
mug-off = Cards are not taken here: whoever runs this bot has to set PAYMENT_PROVIDER_TOKEN.
shipping-not-there = Nothing is shipped to that country. Choose Austria, Germany or Switzerland: AT, DE, CH.
shipping-post = Post
shipping-courier = Courier

bill-stars-title = A gift
bill-stars-about = { $price } to whoever runs this bot, as /terms says.
bill-mug-title = A mug
bill-mug-about = { $price } and shipping, as /terms says.
bill-refused = Telegram does not take this bill for { $price }.
bill-pay = Pay { $price }
bill-cancel = Cancel

payment-unknown = Tally knows no such bill. Send /payment for a new one.
payment-not-yours = This bill is somebody else's. Send /payment for one of your own.
payment-wrong-sum = The sum does not match the bill. Send /payment for a new one.
payment-paid-already = This bill is paid already. Your receipts are under /payment.
payment-failed = Your payment has reached Telegram, but something went wrong here. Don't pay again: write to /paysupport.
payment-not-ours = Tally knows no bill for this payment. Write to /paysupport.

receipt-title = <b>Paid: { $price }</b>
receipt-refunded = <b>Refunded: { $price }</b>
receipt-paid-at = Paid { $time }
receipt-refunded-at = Refunded { $refunded }
receipt-id = ID: <code>{ $charge }</code>

history-title = <b>Your payments</b>
history-none = Nothing is paid yet.
history-row = <b>{ $price }</b> · { $time }
    <code>{ $charge }</code>
history-row-refunded = <s>{ $price }</s> · { $time } · refunded { $refunded }
    <code>{ $charge }</code>
history-newer = « Newer
history-older = Older »

terms = <b>Terms</b>
    Stars are a gift and buy nothing. The mug shows how a card is charged and is never sent.
    A payment is given back on request: /paysupport.
    Telegram is not responsible for payments to this bot, and its support can't help with them.
paysupport = Is something wrong with a payment? Write it behind the command, with the ID from your receipt:
    <code>/paysupport I was charged twice, ID ...</code>
    Those who run this bot will read it.
paysupport-passed-on = Passed on to those who run this bot.
paysupport-nobody = Nobody is set up to read this here. Whoever runs this bot has to set ADMIN_IDS.

refund-how = Write the ID of the payment behind the command: <code>/refund ID</code>
refund-forwarded = A forwarded command gives nothing back. Type it yourself.
refund-unknown = No such payment is saved.
refund-already = This payment was given back already.
refund-card = Card payments are given back at the payment provider.
refund-refused = Telegram does not give it back: { $reason }
refund-done = { $price } given back.
