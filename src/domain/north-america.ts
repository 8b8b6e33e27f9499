/**
 * The states and territories of the USA and the provinces of Canada: by which names, postal codes and area codes they are known, and
 * which time zones they have. The area codes are NANPA's assignments, held against Google's libphonenumber 9.0.43; a newer
 * one is one of its country that says no more. A zone in which few of a state's people live counts all the same: nobody is to be written to at night.
 */

/** A state, territory or province. */
export interface Region {
  readonly country: 'US' | 'CA';
  /** `TX`, `ON`. */
  readonly code: string;
  readonly name: string;
  readonly zones: readonly string[];
}

/** Letters of the table. */
const zoneOfLetter: Record<string, string> = {
  A: 'America/Anchorage',
  C: 'America/Chicago',
  D: 'America/Adak',
  E: 'America/New_York',
  G: 'America/Goose_Bay',
  H: 'Pacific/Honolulu',
  K: 'Pacific/Guam',
  M: 'America/Denver',
  N: 'America/St_Johns',
  O: 'Pacific/Pago_Pago',
  P: 'America/Los_Angeles',
  R: 'America/Regina',
  S: 'America/Phoenix',
  T: 'America/Halifax',
  U: 'America/Puerto_Rico',
  Y: 'America/Whitehorse',
};

/**
 * Code | name | zones | postal codes (USA: ranges of the first three digits; Canada: first letters) | area codes, with
 * the zones of those that do not have all of the region's.
 */
const usa = `
AK|Alaska|AD|995-999|907
AL|Alabama|C|350-369|205 251 256 334 659 938
AR|Arkansas|C|716-729|327 479 501 870
AZ|Arizona|SM|850-865|480:S 520:S 602:S 623:S 928
CA|California|P|900-961|209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951
CO|Colorado|M|800-816|303 719 720 748 970 983
CT|Connecticut|E|060-069|203 475 860 959
DC|District of Columbia|E|200 202-205|202 771
DE|Delaware|E|197-199|302
FL|Florida|EC|320-349|239:E 305:E 321:E 324:E 352:E 386:E 407:E 448 561:E 645:E 656:E 689:E 727:E 728:E 754:E 772:E 786:E 813:E 850 863:E 904:E 941:E 954:E
GA|Georgia|E|300-319 398-399|229 404 470 478 678 706 762 770 912 943
HI|Hawaii|H|967-968|808
IA|Iowa|C|500-528|319 515 563 641 712
ID|Idaho|MP|832-838|208 986
IL|Illinois|C|600-629|217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872
IN|Indiana|EC|460-479|219 260:E 317:E 463:E 574 765:E 812 930
KS|Kansas|CM|660-679|316:C 620 785 913:C
KY|Kentucky|EC|400-427|270 364 502:E 606 859:E
LA|Louisiana|C|700-714|225 318 337 457 504 985
MA|Massachusetts|E|010-027 055|339 351 413 508 617 774 781 857 978
MD|Maryland|E|206-219|227 240 301 410 443 667
ME|Maine|E|039-049|207
MI|Michigan|EC|480-499|231:E 248:E 269:E 313:E 517:E 586:E 616:E 679:E 734:E 810:E 906 947:E 989:E
MN|Minnesota|C|550-567|218 320 507 612 651 763 924 952
MO|Missouri|C|630-658|235 314 417 557 573 636 660 816 975
MS|Mississippi|C|386-397|228 471 601 662 769
MT|Montana|M|590-599|406
NC|North Carolina|E|270-289|252 336 472 704 743 828 910 919 980 984
ND|North Dakota|CM|580-588|701
NE|Nebraska|CM|680-693|308 402:C 531:C
NH|New Hampshire|E|030-038|603
NJ|New Jersey|E|070-089|201 551 609 640 732 848 856 862 908 973
NM|New Mexico|M|870-884|505 575
NV|Nevada|PM|889-898|702:P 725:P 775
NY|New York|E|005 100-149|212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934
OH|Ohio|E|430-459|216 220 234 283 326 330 380 419 436 440 513 567 614 740 937
OK|Oklahoma|C|730-732 734-749|405 539 572 580 918
OR|Oregon|PM|970-979|458 503:P 541 971:P
PA|Pennsylvania|E|150-196|215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
RI|Rhode Island|E|028-029|401
SC|South Carolina|E|290-299|803 821 839 843 854 864
SD|South Dakota|CM|570-577|605
TN|Tennessee|EC|370-385|423 615:C 629:C 729 731:C 865:E 901:C 931
TX|Texas|CM|733 750-799 885|210:C 214:C 254:C 281:C 325:C 346:C 361:C 409:C 430:C 432 469:C 512:C 621:C 682:C 713:C 726:C 737:C 806:C 817:C 830:C 832:C 903:C 915 936:C 940:C 945:C 956:C 972:C 979:C
UT|Utah|M|840-847|385 435 801
VA|Virginia|E|201 220-246|276 434 540 571 686 703 757 804 826 948
VT|Vermont|E|050-054 056-059|802
WA|Washington|P|980-994|206 253 360 425 509 564
WI|Wisconsin|C|530-549|262 274 353 414 534 608 715 920
WV|West Virginia|E|247-268|304 681
WY|Wyoming|M|820-831|307
AS|American Samoa|O||684
GU|Guam|K|969|671
MP|Northern Mariana Islands|K||670
PR|Puerto Rico|U|006-007 009|787 939
VI|Virgin Islands|U|008|340`;

const canada = `
AB|Alberta|M|T|368 403 587 780 825
BC|British Columbia|PMS|V|236 250 257 604:P 672 778
MB|Manitoba|C|R|204 431 584
NB|New Brunswick|T|E|428 506
NL|Newfoundland and Labrador|NG|A|709 879
NS|Nova Scotia|T|B|782 902
NT|Northwest Territories|M|X|
NU|Nunavut|ECM|X|
ON|Ontario|EC|K L M N P|226:E 249:E 289:E 343:E 365:E 382:E 387:E 416:E 437:E 519:E 548:E 613:E 647:E 683:E 705:E 742:E 753:E 807 905:E 942:E
PE|Prince Edward Island|T|C|
QC|Quebec|ET|G H J|263:E 273 354:E 367 418 438:E 450:E 468:E 514:E 579:E 581 819:E 873:E
SK|Saskatchewan|RM|S|306 474 639
YT|Yukon|Y|Y|867:YMCE`;

const byAreaCode = new Map<string, Region>();
const byPostalCode = new Map<string, Region>();
const byName = new Map<string, Region>();
for (const line of usa.trim().split('\n')) take('US', line);
for (const line of canada.trim().split('\n')) take('CA', line);

function take(country: Region['country'], line: string): void {
  const [code, name, zones, postal, areas] = line.split('|') as [string, string, string, string, string];
  const region: Region = { country, code, name, zones: zonesOf(zones) };
  byName.set(`${country} ${code.toLowerCase()}`, region);
  byName.set(`${country} ${name.toLowerCase()}`, region);
  for (const prefix of prefixesIn(postal)) byPostalCode.set(`${country} ${prefix}`, region);
  for (const [, area, own] of areas.matchAll(/(\d{3})(?::(\w+))?/g))
    byAreaCode.set(area!, own ? { ...region, zones: zonesOf(own) } : region);
}

function zonesOf(letters: string): string[] {
  return [...letters].map((letter) => zoneOfLetter[letter]!);
}

/** `060-062 070` -> 060 061 062 070; letters stay. */
function prefixesIn(ranges: string): string[] {
  return ranges.split(' ').flatMap((range) => {
    const [from, to = from] = range.split('-') as [string, string?];
    if (!/^\d/.test(from)) return [from];
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_, n) => String(Number(from) + n).padStart(3, '0'));
  });
}

/** Where a number of the North American plan (`+14155550123`) was handed out; null: it is of no place, or newer. */
export function regionOfPhone(e164: string): Region | null {
  return e164.startsWith('+1') ? (byAreaCode.get(e164.slice(2, 5)) ?? null) : null;
}

/** The region of a postal code, `75001` or `M5V 2T6`; null when it is none. */
export function regionOfPostalCode(country: Region['country'], code: string): Region | null {
  const prefix =
    country === 'US' ? /^(\d{3})\d{2}(?:-\d{4})?$/.exec(code.trim())?.[1] : code.trim().charAt(0);
  return byPostalCode.get(`${country} ${prefix?.toUpperCase()}`) ?? null;
}

/** The region of that name or code (`Texas`, `tx`); null when there is none. */
export function regionNamed(country: Region['country'], name: string): Region | null {
  return byName.get(`${country} ${name.trim().toLowerCase()}`) ?? null;
}

const territories = new Set(['AS', 'GU', 'MP', 'PR', 'VI']);

/** The territory of the USA that has this code as a country, `PR`; null when it is none. */
export function territoryNamed(country: string): Region | null {
  return territories.has(country) ? regionNamed('US', country) : null;
}
