# Links that open something in Tally
share-title = <b>Links to Tally</b> open something for whoever follows them: their own, never yours. A word that you send me names what is counted.
share-opens = { $opens ->
        [numbers] This one opens a counter with −1 and +1:
        [numbers_fab] This one opens a counter with −2 to +2:
        [custom] This one opens a counter with your steps:
       *[totals] This one opens totals:
    }
share-copy = Copy
share-send = Send to somebody
share-into-group = Count in a group
share-app = Link to the Mini App
share-unname = Without a name
share-too-long = This name does not fit into a link: it takes about 35 Latin letters or 18 others.
link-unknown = This link leads nowhere. Here is the menu.
