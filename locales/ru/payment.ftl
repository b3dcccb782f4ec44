# Оплата; { $price } приходит с валютой, { $time } – с часовым поясом
payment-title = <b>Оплата</b>
    Подарок звёздами Telegram тому, кто держит этого бота. Взамен вы не получите ничего: здесь видно, как проходит платёж.
payment-amount = Сумма: { $price }
payment-bill = Счёт на { $price }
payment-mug = Картой
payment-history = Платежи
payment-at-the-end = Счёт бывает от 1 до 10000 звёзд
payment-in-private = Счета личные. Отправьте /payment в личном чате.

mug-title = <b>Кружка за { $price }</b>
    Здесь видно, как списывают с карты: с адресом, доставкой в { $countries } и чаевыми. Сама кружка никуда не поедет.
mug-off = Карты здесь не принимают: владельцу бота нужно указать PAYMENT_PROVIDER_TOKEN.
shipping-not-there = В эту страну доставки нет. Выберите Австрию, Германию или Швейцарию: AT, DE, CH.
shipping-post = Почта
shipping-courier = Курьер

bill-stars-title = Подарок
bill-stars-about = { $price } тому, кто держит этого бота; условия в /terms.
bill-mug-title = Кружка
bill-mug-about = { $price } и доставка; условия в /terms.
bill-refused = Telegram не принимает этот счёт на { $price }.
bill-pay = Заплатить { $price }
bill-cancel = Отмена

payment-unknown = Такого счёта Tally не знает. Отправьте /payment, чтобы получить новый.
payment-not-yours = Это чужой счёт. Отправьте /payment, чтобы получить свой.
payment-wrong-sum = Сумма не сходится со счётом. Отправьте /payment, чтобы получить новый.
payment-paid-already = Этот счёт уже оплачен. Ваши чеки – в /payment.
payment-failed = Telegram принял ваш платёж, но у нас что-то пошло не так. Не платите ещё раз, напишите в /paysupport.
payment-not-ours = Tally не знает счёта к этому платежу. Напишите в /paysupport.

receipt-title = <b>Оплачено: { $price }</b>
receipt-refunded = <b>Возвращено: { $price }</b>
receipt-paid-at = Оплачено { $time }
receipt-refunded-at = Возвращено { $refunded }
receipt-id = ID: <code>{ $charge }</code>

history-title = <b>Ваши платежи</b>
history-none = Пока ничего не оплачено.
history-row = <b>{ $price }</b> · { $time }
    <code>{ $charge }</code>
history-row-refunded = <s>{ $price }</s> · { $time } · возвращено { $refunded }
    <code>{ $charge }</code>
history-newer = « Новее
history-older = Старее »

terms = <b>Условия</b>
    Звёзды – это подарок, за них ничего не полагается. Кружка показывает, как списывают с карты, и никуда не отправляется.
    Платёж вернут по просьбе: /paysupport.
    Telegram не отвечает за платежи этому боту, и его поддержка с ними не поможет.
paysupport = С платежом что-то не так? Напишите об этом после команды и добавьте ID из чека:
    <code>/paysupport Списали дважды, ID ...</code>
    Это прочитают те, кто держит этого бота.
paysupport-passed-on = Передано тем, кто держит этого бота.
paysupport-nobody = Здесь это некому прочитать: владельцу бота нужно указать ADMIN_IDS.

refund-how = Напишите после команды ID платежа: <code>/refund ID</code>
refund-forwarded = Пересланная команда ничего не возвращает. Напишите её сами.
refund-unknown = Такого платежа в базе нет.
refund-already = Этот платёж уже вернули.
refund-card = Платежи картой возвращают у платёжного провайдера.
refund-refused = Telegram не возвращает: { $reason }
refund-done = { $price } возвращено.
